/**
 * The durable registry of topics, and of what administrators set about users: a compacted log, one record for the present
 * state of each thing.
 *
 *   key    {"topic":"orders"}
 *   value  {"version":1,"id":"…","partitions":3,"configs":{"retention.ms":"1000"}}   null: the topic is gone
 *   key    {"credential":"…"}, {"acl":"…"}, {"quota":"…"}, {"brokerConfig":"…"} or {"groupConfig":"…"}: a fact, whose text and value are its owner's to understand
 *   value  {"version":1,…}                                                            null: it holds no longer
 *
 * It is a partition log like any other, so torn writes, checksums and recovery are its concern; the last record of a
 * topic counts. A change is in the log before a directory is made or removed: after a crash the log is right, and the
 * directories are brought into line with it.
 *
 * Where the disk fails it, memory is ahead of the disk, and nothing is known of the bytes in between. So these are given up,
 * and their changes, which are kept here until they are known to be on the disk, are written once more:
 *
 *   open ---a sync or an undoing fails---> failed ---mend: cut, written again---> mending ---synced---> open
 *                                            ^------------a sync fails-----------------/
 *
 *   state     a change            `durable`                 what is in memory
 *   open      written             the sync under way        on the disk once that is over
 *   failed    refused (MR-4004)   rejects                   all but what was written since the last sync is on the disk
 *   mending   refused (MR-4004)   the sync under way        as above
 *
 * A change that was in the sync that failed was refused, and is done nevertheless once the log is mended: as with any
 * request that was not acknowledged, in Kafka too, its outcome is open. To take it back instead would mean to undo
 * rules, quotas and topics in everything that has looked at them. No change comes in between, so their order stays.
 * To write the whole registry to a new file would promise no more: what was synced before is on the disk, the page that both
 * share is written again with the first byte after it.
 */
import { assert } from '../../src/base/assert.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import { isUuid } from '../../src/base/uuid.ts'
import { BatchWriter } from '../../src/record/batch-writer.ts'
import type { Clock } from '../../src/base/clock.ts'
import type { BrokerConfig } from '../config.ts'
import { logConfigOf } from '../log/log-config.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { replayLog } from '../log/replay.ts'
import { partitionCountMax } from './topic-plan.ts'
import { topicConfig, type TopicOverrides } from './topic-config.ts'
import { metadataLogName } from './topic-name.ts'

const formatVersion = 1

/** A topic as the log remembers it. */
export interface TopicEntry {
  readonly name: string
  readonly id: string
  readonly partitionCount: number
  readonly overrides: TopicOverrides
}

/** What a fact is about. */
export type FactKind = 'credential' | 'acl' | 'quota' | 'brokerConfig' | 'groupConfig'

const factKinds: readonly FactKind[] = ['credential', 'acl', 'quota', 'brokerConfig', 'groupConfig']

/** The fields of a fact, besides the version of their format. */
export type Fact = Readonly<Record<string, unknown>>

/** Where the owners of facts keep them. */
export interface FactStore {
  /** Those that `load` found, by their text. */
  facts(kind: FactKind): ReadonlyMap<string, Fact>
  /** Remembers a fact, or with null that it holds no longer. */
  putFact(kind: FactKind, text: string, fact: Fact | null, nowMs: number): void
}

interface Change {
  readonly key: Readonly<Record<string, string>>
  readonly value: Uint8Array | null
}

type MetadataLogState = 'open' | 'failed' | 'mending'

const nextStates: Readonly<Record<MetadataLogState, readonly MetadataLogState[]>> = {
  open: ['failed'],
  failed: ['mending'],
  mending: ['open', 'failed'],
}

export class MetadataLog implements FactStore {
  readonly #log: PartitionLog
  #state: MetadataLogState = 'open'
  /** Changes that are not known to be on the disk, in their order. Bounded by what may come during a sync. */
  #unsynced: Change[] = []
  readonly #facts = new Map<FactKind, Map<string, Fact>>()
  /** Topics that are gone, of those that the log still tells of. */
  readonly #removed = new Set<string>()
  readonly #writer = new BatchWriter()
  /** Covers what was appended last; `undefined` when it is durable. */
  #flush: Promise<void> | undefined

  constructor(log: PartitionLog) {
    this.#log = log
  }

  /**
   * Settles when all that was remembered survives what `durability` promises; `undefined` if it does already. Rejects, again
   * and again, from when the disk failed until it is mended.
   */
  durable(): Promise<void> | undefined {
    return this.#flush
  }

  /** Throws MR-4004 if no change can be remembered now, for who would do much in vain. */
  checkWritable(): void {
    if (this.#log.state === 'failed') this.#fail()
    if (this.#state === 'open') return
    throw new StreamsError('MR-4004', {
      what: 'The registry takes no changes until the disk takes what it refused.',
      where: this.#log.directory,
      why: 'After a failed sync nothing is known about the bytes that were to be written; they are written again.',
      fix: 'Check the volume. Ask again: no restart is needed once it takes writes.',
      retriable: true,
    })
  }

  /**
   * After a failure: writes again what the disk may not have. Answers what settles when it has; `undefined` if there is
   * nothing to mend, or that is under way. Throws if the disk refuses, or rejects: to be called again after a while.
   */
  mend(nowMs: number): Promise<void> | undefined {
    if (this.#log.state === 'failed') this.#fail()
    if (this.#state !== 'failed') return undefined
    this.#log.reopen(nowMs)
    for (const change of this.#unsynced) this.#write(change, nowMs)
    this.#moveTo('mending')
    const flush = this.#log.durable()
    this.#await(flush)
    return flush ?? Promise.resolve()
  }

  /** Reads all that was remembered: the topics there are, in the order in which they were last changed. */
  load(): ReadonlyMap<string, TopicEntry> {
    const entries = new Map<string, TopicEntry>()
    const advice = {
      consequence: 'the broker cannot start',
      fix: 'Check the volume. Restore the file from a copy.',
    }
    replayLog(this.#log, advice, batch => {
      while (batch.next()) this.#apply(entries, batch.key(), batch.value(), batch.offset)
    })
    return entries
  }

  /** Whether `load` found that a topic was there and is no more. */
  wasRemoved(name: string): boolean {
    return this.#removed.has(name)
  }

  /** Remembers a topic's new state. */
  put({ name, id, partitionCount, overrides }: TopicEntry, nowMs: number): void {
    const value = { version: formatVersion, id, partitions: partitionCount, configs: overrides }
    this.#append({ topic: name }, utf8Bytes(JSON.stringify(value)), nowMs)
  }

  /** Remembers that a topic is gone. */
  remove(name: string, nowMs: number): void {
    this.#append({ topic: name }, null, nowMs)
  }

  facts(kind: FactKind): ReadonlyMap<string, Fact> {
    return this.#facts.get(kind) ?? new Map<string, Fact>()
  }

  putFact(kind: FactKind, text: string, fact: Fact | null, nowMs: number): void {
    const value = fact === null ? null : utf8Bytes(JSON.stringify({ ...fact, version: formatVersion }))
    this.#append({ [kind]: text }, value, nowMs)
  }

  #append(key: Change['key'], value: Uint8Array | null, nowMs: number): void {
    this.checkWritable()
    const change = { key, value }
    this.#write(change, nowMs)
    this.#unsynced.push(change)
    this.#await(this.#log.durable())
  }

  #write({ key, value }: Change, nowMs: number): void {
    this.#writer.reset()
    this.#writer.append(nowMs, utf8Bytes(JSON.stringify(key)), value)
    this.#log.append(this.#writer.close({}), { origin: 'coordinator', nowMs })
  }

  /** Notes what covers all that was written so far. */
  #await(flush: Promise<void> | undefined): void {
    this.#flush = flush
    if (flush === undefined) {
      this.#synced()
      return
    }
    const settle = (outcome: () => void) => () => {
      if (this.#flush === flush) outcome()
    }
    // One that failed stays: whoever asks is refused until the log is mended.
    flush.then(
      settle(() => this.#synced()),
      settle(() => this.#fail()),
    )
  }

  #synced(): void {
    this.#flush = undefined
    this.#unsynced = []
    if (this.#state === 'mending') this.#moveTo('open')
  }

  #fail(): void {
    if (this.#state !== 'failed') this.#moveTo('failed')
  }

  #moveTo(state: MetadataLogState): void {
    assert(
      nextStates[this.#state].includes(state),
      `the registry does not go from ${this.#state} to ${state}`,
    )
    this.#state = state
  }

  #apply(
    entries: Map<string, TopicEntry>,
    key: Uint8Array | null,
    value: Uint8Array | null,
    offset: number,
  ): void {
    const names = parse(key, offset)
    const { topic: name } = names
    if (typeof name === 'string') {
      entries.delete(name)
      if (value === null) this.#removed.add(name)
      else {
        this.#removed.delete(name)
        entries.set(name, readEntry(name, parse(value, offset), offset))
      }
      return
    }
    const kind = factKinds.find(each => typeof names[each] === 'string')
    if (kind === undefined) throw unreadable(offset, 'the key names nothing that is known')
    const facts = this.#facts.get(kind) ?? new Map<string, Fact>()
    this.#facts.set(kind, facts)
    const text = names[kind] as string
    facts.delete(text)
    if (value === null) return
    const fact = parse(value, offset)
    if (fact['version'] !== formatVersion)
      throw unreadable(offset, `its version is ${String(fact['version'])}`)
    facts.set(text, fact)
  }
}

/** Opens the log, or makes it in a new directory. */
export function openMetadataLog(logs: LogDirectory, broker: BrokerConfig, clock: Clock): MetadataLog {
  const existing = logs.get(metadataLogName, 0)
  const config = logConfigOf(topicConfig({ 'cleanup.policy': 'compact' }, broker).values)
  existing?.configure(config)
  // The id that Kafka reserves for its metadata log.
  const topicId = 'AAAAAAAAAAAAAAAAAAAAAQ'
  const nowMs = clock.now()
  return new MetadataLog(
    existing ?? logs.create({ topic: metadataLogName, partition: 0, topicId, config, nowMs }),
  )
}

function readEntry(name: string, fields: Readonly<Record<string, unknown>>, offset: number): TopicEntry {
  const { version, id, partitions, configs } = fields
  if (version !== formatVersion) throw unreadable(offset, `its version is ${String(version)}`)
  if (typeof id !== 'string' || !isUuid(id)) throw unreadable(offset, 'the topic id is not one')
  if (typeof partitions !== 'number' || !Number.isInteger(partitions)) {
    throw unreadable(offset, 'the partition count is not an integer')
  }
  if (partitions < 1 || partitions > partitionCountMax)
    throw unreadable(offset, 'the partition count is out of range')
  if (typeof configs !== 'object' || configs === null)
    throw unreadable(offset, 'the configuration is missing')
  const overrides: Record<string, string> = {}
  for (const [key, value] of Object.entries(configs)) overrides[key] = String(value)
  return { name, id, partitionCount: partitions, overrides }
}

function parse(bytes: Uint8Array | null, offset: number): Readonly<Record<string, unknown>> {
  if (bytes === null) throw unreadable(offset, 'it has no key')
  let value: unknown
  try {
    value = JSON.parse(utf8Slice(bytes, 0, bytes.length))
  } catch (error) {
    throw unreadable(offset, 'it is not JSON', error)
  }
  if (typeof value !== 'object' || value === null) throw unreadable(offset, 'it is not an object')
  return value as Readonly<Record<string, unknown>>
}

function unreadable(offset: number, why: string, cause?: unknown): StreamsError {
  return new StreamsError('MR-5024', {
    what: `a record of the metadata cannot be read: ${why}`,
    where: `${metadataLogName}-0@${offset}`,
    why: 'A newer version of Millrace may have written it, or the file was changed by hand.',
    fix: 'start the version that wrote the directory, or restore it from a copy',
    cause,
  })
}
