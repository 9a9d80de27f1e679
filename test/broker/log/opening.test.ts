/** A data directory is opened in turns with the rest of the process, and whoever starts a broker may change its mind. */
import { expect, it } from 'vitest'
import { startBroker } from '../../../broker/broker.ts'
import type { MemoryFiles } from '../../../broker/log/memory-files.ts'
import {
  batch,
  createTopic,
  fetchedOf,
  fetchRequest,
  produce,
  startFixture,
  valuesOf,
} from '../broker-fixture.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { VirtualClock } from '../virtual-clock.ts'

const count = 40

/** What a broker with many logs left. */
async function used(
  stop: 'clean' | 'kill',
  durability: 'process' | 'power' = 'process',
): Promise<MemoryFiles> {
  const { broker, connection, files } = await startFixture({ config: { durability } })
  await createTopic(connection, 'orders', { partitions: count })
  for (let partition = 0; partition < count; partition++) {
    await produce(connection, 'orders', batch([[null, `v${partition}`]]), { partition })
  }
  if (stop === 'clean') await broker.close()
  else files.crash('kept')
  return files
}

/** A clock of which every look takes long: each log is a slice. */
class SlowClock extends VirtualClock {
  readonly onTurn: () => void
  #looks = 0

  constructor(onTurn: () => void) {
    super()
    this.onTurn = onTurn
  }

  override monotonic(): number {
    return ++this.#looks * 30
  }

  override setTimer(delayMs: number, fire: () => void) {
    if (delayMs > 0) return super.setTimer(delayMs, fire)
    this.onTurn()
    queueMicrotask(fire)
    return { cancel: () => undefined }
  }
}

function start(
  files: MemoryFiles,
  options: { clock?: SlowClock; signal?: AbortSignal; durability?: 'power' },
) {
  const { durability = 'process', ...rest } = options
  return startBroker({ directory: '/data', files, config: { durability }, ...rest })
}

it.each(['clean', 'kill'] as const)(
  'an aborted start leaves all as it was found (after a stop: %s)',
  async stop => {
    const files = await used(stop)
    for (const turns of [0, 1, 7, count]) {
      const abort = new AbortController()
      let turn = 0
      const clock = new SlowClock(() => {
        if (turn++ === turns) abort.abort('enough')
      })
      await expect(start(files, { clock, signal: abort.signal })).rejects.toBe('enough')
      expect(clock.timerCount).toBe(0)
      expect(files.stat('/data/.kafka_cleanshutdown') !== undefined, `${turns}`).toBe(stop === 'clean')
    }
    const { connection, faults } = await startFixture({ files })
    expect(faults).toEqual([])
    for (let partition = 0; partition < count; partition++) {
      const answer = await connection.send(Fetch, 12, fetchRequest('orders', [{ partition }]))
      const { records } = fetchedOf(answer)
      expect(valuesOf(records)).toEqual([`v${partition}`])
    }
  },
)

it('under durability power what a killed broker left is put on the disk before it is served', async () => {
  const files = await used('kill', 'power')
  files.remove('/data/recovery-point-offset-checkpoint')
  let syncs = 0
  files.faults = ({ kind, path }) => {
    if (kind === 'sync' && path.includes('/orders-')) syncs++
    return undefined
  }
  const broker = await start(files, { durability: 'power' })
  expect(syncs).toBe(count)
  await broker.close()
})

it('under durability power a start fails whose syncs do, and the next one reads the logs again', async () => {
  const files = await used('kill', 'power')
  files.remove('/data/recovery-point-offset-checkpoint')
  files.faults = ({ kind, path }) =>
    kind === 'sync' && path.includes('/orders-17/') ? { errno: 'EIO' } : undefined
  await expect(start(files, { durability: 'power' })).rejects.toMatchObject({ code: 'MR-4004' })
  expect(files.stat('/data/.kafka_cleanshutdown')).toBeUndefined()
  files.faults = undefined
  const broker = await start(files, { durability: 'power' })
  await broker.close()
})
