/** The data directory as a whole: partitions, checkpoints, clean stops, deletion, upkeep. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { utf8Slice } from '../../../src/base/text.ts'
import { logConfigDefaults, logConfigOf } from '../../../broker/log/log-config.ts'
import type { OpenDirectoryOptions } from '../../../broker/log/directory-options.ts'
import { LogDirectory } from '../../../broker/log/log-directory.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { batchOf, startMs, valuesOf } from './log-bench.ts'
import { refusalOf } from './refusals.ts'

const topicId = 'Sx2hBSDdSQqxKTSbLuQEcg'

function open(files: MemoryFiles, options: Partial<OpenDirectoryOptions> = {}): LogDirectory {
  return LogDirectory.open({
    files,
    root: '/var/data',
    nowMs: startMs,
    random: seededRandom(1),
    logConfig: () => logConfigDefaults,
    ...options,
  })
}

function create(directory: LogDirectory, topic: string, partition = 0, config = logConfigDefaults) {
  return directory.create({ topic, partition, topicId, config, nowMs: startMs })
}

const write = (directory: LogDirectory, topic: string, value: string, partition = 0): void =>
  void directory.get(topic, partition)!.append(batchOf([value]), { origin: 'client', nowMs: startMs })
const text = (files: MemoryFiles, name: string): string => utf8Slice(files.contents(`/var/data/${name}`))

describe('partitions', () => {
  it('are found again with their records and topic ids, whatever their topics are called', async () => {
    const files = new MemoryFiles()
    const directory = open(files)
    for (const topic of ['orders', 'a-b-3', '__consumer_offsets', 'x.y_z']) {
      create(directory, topic, 2)
      write(directory, topic, `in ${topic}`, 2)
    }
    await directory.close()
    const again = open(files)
    expect(
      again
        .partitions()
        .map(log => `${log.topic}/${log.partition}`)
        .sort(),
    ).toEqual(['__consumer_offsets/2', 'a-b-3/2', 'orders/2', 'x.y_z/2'].sort())
    expect(valuesOf(again.get('a-b-3', 2)!.read({ offset: 0, maxBytes: 100 }).records)).toEqual(['in a-b-3'])
    expect(again.topicId('orders', 2)).toBe(topicId)
    expect(again.get('orders', 0)).toBeUndefined()
  })

  it.each(['../evil', '', '.', '..', 'a/b', 'ü', 'x'.repeat(250)])(
    'are not made for a topic called %j',
    topic => {
      expect(() => create(open(new MemoryFiles()), topic)).toThrow(TypeError)
    },
  )

  it('cost no file but their metadata until they are written to', () => {
    const files = new MemoryFiles()
    create(open(files), 'idle')
    expect(files.list('/var/data/idle-0')).toEqual(['partition.metadata'])
  })

  it('are deleted at once by name and later by file, also across a restart', () => {
    const files = new MemoryFiles()
    const directory = open(files)
    create(directory, 'gone')
    write(directory, 'gone', 'x')
    directory.delete('gone', 0)
    expect(directory.get('gone', 0)).toBeUndefined()
    create(directory, 'gone')
    expect(directory.get('gone', 0)!.logEndOffset).toBe(0)
    const doomed = (): number => files.list('/var/data').filter(name => name.endsWith('-delete/')).length
    expect(doomed()).toBe(1)
    files.crash('kept')
    const again = open(files)
    expect(again.partitions().length).toBe(1)
    again.maintain(startMs)
    expect(doomed()).toBe(0)
  })

  it('are deleted while they are being flushed, and leave nothing to those that come after them', async () => {
    const files = new MemoryFiles()
    const directory = open(files, { durability: 'power' })
    const config = { ...logConfigDefaults, segmentBytes: 200 }
    create(directory, 'orders', 0, config)
    const waiting: Promise<unknown>[] = []
    for (let index = 0; index < 5; index++) {
      write(directory, 'orders', `v${index}`)
      waiting.push(
        directory
          .get('orders', 0)!
          .durable()!
          .catch((error: unknown) => error),
      )
    }
    directory.delete('orders', 0)
    create(directory, 'orders', 0, config)
    for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: 'MR-4004' })
    // Nothing of the segments of its predecessor, and none of its own before it is written to.
    expect(files.list('/var/data/orders-0')).toEqual(['partition.metadata'])
    expect(directory.get('orders', 0)!.state).toBe('open')
  })

  it('take a new configuration', () => {
    const directory = open(new MemoryFiles())
    create(directory, 'orders')
    directory.configure('orders', { ...logConfigDefaults, messageBytesMax: 10 })
    expect(refusalOf(() => write(directory, 'orders', 'too large now'))).toBe('MESSAGE_TOO_LARGE')
  })
})

describe('stopping', () => {
  it('in order leaves a marker, which the next start uses up and trusts', async () => {
    const files = new MemoryFiles()
    const first = open(files)
    create(first, 'orders')
    for (let index = 0; index < 10; index++) write(first, 'orders', `v${index}`)
    await first.close()
    await first.close()
    expect(files.stat('/var/data/.kafka_cleanshutdown')).toBeDefined()
    const second = open(files)
    expect(files.stat('/var/data/.kafka_cleanshutdown')).toBeUndefined()
    expect(second.get('orders', 0)!.recovery).toMatchObject({ cleanStop: true, scannedBytes: 0 })
    files.crash('kept')
    expect(open(files).get('orders', 0)!.recovery.cleanStop).toBe(false)
  })

  it('in order survives a loss of power right after it, under either durability', async () => {
    for (const durability of ['process', 'power'] as const) {
      for (let seed = 1; seed < 20; seed++) {
        const files = new MemoryFiles()
        files.makeDirectory('/var/data')
        files.syncDirectory('')
        files.syncDirectory('/var')
        const first = open(files, { durability })
        create(first, 'orders')
        for (let index = 0; index < 10; index++) write(first, 'orders', `v${index}`)
        await first.close()
        files.crash('torn', seededRandom(seed))
        const log = open(files).get('orders', 0)
        expect(log?.logEndOffset).toBe(10)
        expect(valuesOf(log!.read({ offset: 0, maxBytes: 1 << 20 }).records).length).toBe(10)
      }
    }
  })

  it('with a failed log leaves no marker', async () => {
    const files = new MemoryFiles()
    const directory = open(files, { durability: 'power' })
    create(directory, 'orders')
    write(directory, 'orders', 'a')
    await directory.get('orders', 0)!.durable()
    files.faults = ({ kind }) => (kind === 'sync' ? { errno: 'EIO' } : undefined)
    write(directory, 'orders', 'x')
    await directory
      .get('orders', 0)!
      .durable()!
      .catch(() => {})
    files.faults = undefined
    await directory.close()
    expect(files.stat('/var/data/.kafka_cleanshutdown')).toBeUndefined()
  })

  it('releases the lock, also when opening fails', async () => {
    const files = new MemoryFiles()
    const directory = open(files)
    expect(refusalOf(() => open(files))).toBe('MR-4001')
    await directory.close()
    files.faults = ({ kind }) => (kind === 'remove' ? { errno: 'EIO' } : undefined)
    expect(refusalOf(() => open(files))).toBe('MR-4004')
    files.faults = undefined
    await open(files).close()
  })
})

describe('upkeep', () => {
  it('writes checkpoints as Kafka does, and only those that changed', async () => {
    const files = new MemoryFiles()
    const directory = open(files, { checkpointIntervalMs: 1000 })
    create(directory, 'orders', 3)
    for (let index = 0; index < 4; index++) write(directory, 'orders', 'v', 3)
    await directory.get('orders', 3)!.flush()
    directory.get('orders', 3)!.deleteRecordsBefore(2)
    directory.maintain(startMs + 999)
    expect(files.stat('/var/data/recovery-point-offset-checkpoint')).toBeUndefined()
    directory.maintain(startMs + 1000)
    expect(text(files, 'recovery-point-offset-checkpoint')).toBe('0\n1\norders 3 4\n')
    expect(text(files, 'log-start-offset-checkpoint')).toBe('0\n1\norders 3 2\n')
    expect(text(files, 'replication-offset-checkpoint')).toBe('0\n1\norders 3 4\n')
    expect(text(files, 'orders-3/partition.metadata')).toBe(`version: 0\ntopic_id: ${topicId}\n`)
    expect(text(files, 'orders-3/leader-epoch-checkpoint')).toBe('0\n1\n0 0\n')
    const operations = files.operationCount
    directory.maintain(startMs + 2000)
    expect(files.operationCount).toBe(operations)
    files.crash('kept')
    expect(open(files).get('orders', 3)!.logStartOffset).toBe(2)
  })

  it('reports what fails and goes on with the rest', () => {
    const files = new MemoryFiles()
    const directory = open(files, { retentionIntervalMs: 0 })
    const config = { ...logConfigDefaults, retentionMs: 10, fileDeleteDelayMs: 0 }
    for (const topic of ['bad', 'good']) {
      create(directory, topic, 0, config)
      write(directory, topic, 'v')
    }
    files.faults = ({ kind, path }) =>
      kind === 'rename' && path.includes('bad') ? { errno: 'EIO' } : undefined
    const { faults } = directory.maintain(startMs + 1000)
    expect(faults.map(({ log }) => log?.topic)).toEqual(['bad'])
    expect(directory.get('good', 0)!.logStartOffset).toBe(1)
  })

  it('compacts in small steps, and says while there is more to do', () => {
    const directory = open(new MemoryFiles())
    const config = { ...logConfigDefaults, compact: true, delete: false, segmentBytes: 500, dirtyRatioMin: 0 }
    const log = create(directory, 'table', 0, config)
    for (let index = 0; index < 50; index++) {
      log.append(batchOf([['k', String(index)]]), { origin: 'client', nowMs: startMs })
    }
    let steps = 0
    while (directory.maintain(startMs).busy) steps++
    expect(steps).toBeGreaterThan(5)
    expect(log.sizeInBytes).toBeLessThan(1500)
  })

  it('keeps the memory of all tails together within its bound', () => {
    const directory = open(new MemoryFiles(), { tailBytesMax: 10_000, tailBytesMaxTotal: 30_000 })
    for (let partition = 0; partition < 10; partition++) {
      create(directory, 'orders', partition)
      for (let index = 0; index < 20; index++) write(directory, 'orders', 'x'.repeat(1000), partition)
    }
    for (let partition = 0; partition < 10; partition++) {
      const read = directory.get('orders', partition)!.read({ offset: 19, maxBytes: 10 })
      expect(valuesOf(read.records)).toEqual(['x'.repeat(1000)])
    }
  })

  it('keeps its properties', () => {
    const files = new MemoryFiles()
    const directory = open(files)
    expect(directory.readProperties()).toBeUndefined()
    directory.writeProperties(
      new Map([
        ['version', '1'],
        ['cluster.id', 'abc='],
        ['node.id', '7'],
      ]),
    )
    files.crash('kept')
    expect(open(files).readProperties()?.get('cluster.id')).toBe('abc=')
  })
})

it('takes the configuration of a topic under Kafka’s names', () => {
  const config = logConfigOf({
    'cleanup.policy': ['compact', 'delete'],
    'segment.bytes': 1,
    'segment.ms': 2,
    'segment.jitter.ms': 3,
    'segment.index.bytes': 4,
    'index.interval.bytes': 5,
    'retention.ms': 6,
    'retention.bytes': 7,
    'max.message.bytes': 8,
    'compression.type': 'uncompressed',
    'message.timestamp.type': 'LogAppendTime',
    'message.timestamp.before.max.ms': 9,
    'message.timestamp.after.max.ms': 10,
    'delete.retention.ms': 11,
    'min.compaction.lag.ms': 12,
    'max.compaction.lag.ms': 13,
    'min.cleanable.dirty.ratio': 0.5,
    'file.delete.delay.ms': 14,
    'flush.messages': 15,
    'flush.ms': 16,
  })
  expect(config).toMatchObject({
    delete: true,
    compact: true,
    timestampType: 'LogAppendTime',
    storedCodec: 'none',
    fileDeleteDelayMs: 14,
  })
})
