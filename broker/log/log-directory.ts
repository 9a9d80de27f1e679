/**
 * All partitions under one data directory: its lock, its checkpoints, its clean-shutdown marker, its upkeep.
 *
 *   <root>/.lock                               who uses the directory
 *   <root>/.kafka_cleanshutdown                everything was put on the disk; removed as soon as it is read
 *   <root>/meta.properties                     cluster id, node id
 *   <root>/recovery-point-offset-checkpoint    what is known to be on the disk, by partition
 *   <root>/log-start-offset-checkpoint         starts moved by DeleteRecords and retention
 *   <root>/replication-offset-checkpoint       high watermarks
 *   <root>/cleaner-offset-checkpoint           where each compacted log is dirty from
 *   <root>/.segment-sizes                      how long all files were at the stop; removed as soon as it is read
 *   <root>/.written-in, .sync-failed           the boot of the machine in which all logs were opened (`noting.ts`)
 *   <root>/<topic>-<partition>/                a log; LOG_FORMAT.md says what is in it
 *   <root>/<topic>-<partition>.<hex>-delete/   a deleted one on its way out
 *   <root>/<topic>-<partition>.<hex>-stray/    one of no topic that was moved aside; nothing looks into it
 *
 * No timers here: whoever runs the broker calls `maintain`, as often as it likes, and again at once while it answers
 * that it is busy. Removal of a deleted partition and compaction are cut into small steps, so that a call is short.
 */
import { assert } from '../../src/base/assert.ts'
import { hexOf } from '../../src/base/bytes.ts'
import { partitionKey } from '../../src/base/topic-partition.ts'
import { readProperties, readTopicId, writeProperties, writeTopicId } from './checkpoint-files.ts'
import { Checkpoints } from './checkpoints.ts'
import { LogCleaner } from './cleaner.ts'
import { takeCleanStop, writeCleanStop } from './clean-stop.ts'
import { joinPath, type DirectoryLock, type FileSystem } from './files.ts'
import type { LogConfig } from './log-config.ts'
import type { NewLog, OpenDirectoryOptions } from './directory-options.ts'
import type { OpenLogOptions } from './log-options.ts'
import { forgetBoot, noteBoot, Noting, UnnotedBytes, writesFound } from './noting.ts'
import { PartitionLog } from './partition-log.ts'
import { settleLogs } from './settling.ts'
import { takeSegmentSizes, writeSegmentSizes } from './segment-sizes.ts'
import { isLogFile, partitionDirectory, partitionMetadataFile } from './segment-names.ts'
import { TailBudget } from './tail-budget.ts'
import { UpkeepTimes } from './upkeep-times.ts'
import { WarmSegments } from './warm-segments.ts'

/** Something that went wrong in upkeep; the next round tries again. */
export interface MaintenanceFault {
  readonly log: PartitionLog | undefined
  readonly error: unknown
}

export interface MaintenanceResult {
  /** There is more to do: call again soon. */
  readonly busy: boolean
  readonly faults: readonly MaintenanceFault[]
}

const propertiesFile = 'meta.properties'
const topicName = /^[a-zA-Z0-9._-]{1,249}$/

/**
 * What opening a directory comes to: a log was opened, and if it `syncsLater`, this is its sync; or all were opened, and
 * their syncs have to be over before it goes on.
 */
export type OpeningStep = Promise<void> | undefined | 'opened'

export class LogDirectory {
  /** Called, in the middle of an append, when upkeep should come soon. It must only take note. */
  onUpkeepDue: () => void = () => {}
  readonly #options: OpenDirectoryOptions
  readonly #files: FileSystem
  readonly #root: string
  readonly #lock: DirectoryLock
  readonly #logs = new Map<string, PartitionLog>()
  readonly #topicIds = new Map<string, string>()
  readonly #tailBudget: TailBudget
  readonly #warm: WarmSegments
  readonly #cleaner: LogCleaner | undefined
  /** Directories of deleted partitions, to be removed. */
  readonly #doomed: string[] = []
  /** Where logs of no topic were moved to. */
  readonly #strays: string[] = []
  readonly #dismissed = new Set<string>()
  readonly #lost: string[] = []
  readonly #checkpoints: Checkpoints
  readonly #noting: Noting
  readonly #times: UpkeepTimes
  /** Whether the directory had been closed in order. */
  #cleanStop = false
  #closed = false

  private constructor(options: OpenDirectoryOptions, lock: DirectoryLock) {
    this.#options = options
    this.#files = options.files
    this.#root = options.root
    this.#lock = lock
    this.#tailBudget = new TailBudget({
      logBytesMax: options.tailBytesMax ?? 4 << 20,
      bytesMax: options.tailBytesMaxTotal ?? 64 << 20,
    })
    this.#warm = new WarmSegments(options.warmSegmentsMax)
    this.#checkpoints = new Checkpoints({
      files: options.files,
      root: options.root,
      syncs: this.#syncs,
      syncedBytesMax: options.checkpointBytes ?? 64 << 20,
    })
    this.#times = new UpkeepTimes(options)
    this.#noting = new Noting(
      new UnnotedBytes(options.unnotedBytesMax ?? 512 << 20, () => this.onUpkeepDue()),
    )
    this.#cleaner =
      options.cleanerEnabled === false
        ? undefined
        : new LogCleaner({
            files: options.files,
            root: options.root,
            random: options.random,
            bytesMax: options.cleanerBytesMax ?? 128 << 20,
            backoffMs: options.cleanerBackoffMs ?? 15_000,
          })
  }

  /**
   * Locks the directory and opens every partition in it, recovering those that were not closed in order. MR-4001 if
   * another process has it.
   */
  static open(options: OpenDirectoryOptions): LogDirectory {
    const steps = LogDirectory.opening(options)
    for (;;) {
      const { done, value } = steps.next()
      if (done === true) return value
    }
  }

  /** The same in steps. Who gives up between two of them leaves all as it was found, a stop in order included. */
  static *opening(options: OpenDirectoryOptions): Generator<OpeningStep, LogDirectory, void> {
    options.files.makeDirectory(options.root)
    // The name of a directory that was just made is no safer than what is in it.
    if (options.durability === 'power') options.files.syncDirectory(parentOf(options.root))
    const lock = options.files.lock(options.root)
    const directory = new LogDirectory(options, lock)
    let outcome: 'left' | 'failed' | 'open' = 'left'
    try {
      yield* directory.#openLogs()
      outcome = 'open'
      return directory
    } catch (error) {
      outcome = 'failed'
      forgetBoot(options.files, options.root)
      throw error
    } finally {
      if (outcome !== 'open') directory.#abandon({ isClean: outcome === 'left' && directory.#cleanStop })
    }
  }

  /** Lets go of what was opened; `isClean` if nothing has become of the files since a stop in order. */
  #abandon({ isClean }: { readonly isClean: boolean }): void {
    this.#closed = true
    try {
      const unchanged = this.partitions().every(log => log.recovery.cleanStop)
      for (const log of this.#logs.values()) log.close({ clean: false })
      if (isClean && unchanged) writeCleanStop(this.#files, this.#root)
    } finally {
      this.#lock.release()
    }
  }

  /** Every log, in no order. */
  partitions(): readonly PartitionLog[] {
    return [...this.#logs.values()]
  }

  get(topic: string, partition: number): PartitionLog | undefined {
    return this.#logs.get(partitionKey(topic, partition))
  }

  /** The id of the topic that a log belongs to; undefined if there is no log, or its file was lost with the power. */
  topicId(topic: string, partition: number): string | undefined {
    return this.#topicIds.get(partitionKey(topic, partition))
  }

  /** Makes the log of a new partition. It must not exist. */
  create(options: NewLog): PartitionLog {
    const { topic, partition, topicId, config, nowMs } = options
    assert(!this.#closed, 'a closed directory makes no logs')
    if (!topicName.test(topic) || topic === '.' || topic === '..')
      throw new TypeError(`not a topic name: ${topic}`)
    const key = partitionKey(topic, partition)
    assert(!this.#logs.has(key), `${key} exists`)
    this.#checkpoints.forget(key, this.#logs)
    const directory = joinPath(this.#root, key)
    this.#files.makeDirectory(directory)
    writeTopicId(this.#files, joinPath(directory, partitionMetadataFile), topicId, this.#syncs)
    if (this.#syncs) this.#files.syncDirectory(this.#root)
    const log = this.#openLog(topic, partition, { config, nowMs, cleanStop: true })
    this.#logs.set(key, log)
    this.#topicIds.set(key, topicId)
    return log
  }

  /** Closes the log of a partition and takes its files away. Not an error if there is none. */
  delete(topic: string, partition: number): void {
    if (this.#logs.has(partitionKey(topic, partition)))
      this.#doomed.push(this.#takeAway(topic, partition, 'delete'))
  }

  /** Closes a log and answers what its directory is called from now on. */
  #takeAway(topic: string, partition: number, suffix: 'delete' | 'stray'): string {
    const key = partitionKey(topic, partition)
    const log = this.#logs.get(key)
    assert(log !== undefined, 'a log that is not there was taken away')
    this.#cleaner?.forget(log)
    log.close({ clean: false })
    this.#logs.delete(key)
    this.#topicIds.delete(key)
    const path = joinPath(this.#root, `${key}.${this.#randomHex()}-${suffix}`)
    this.#files.rename(log.directory, path)
    if (this.#syncs) this.#files.syncDirectory(this.#root)
    return path
  }

  /**
   * Takes a log of no topic out of the way. It is deleted if it is empty, and moved aside if it has records, or files that
   * are none of a log's: a registry that was lost must not take the records with it.
   */
  dismiss({ topic, partition, directory, logStartOffset, logEndOffset }: PartitionLog): void {
    const isOurs = this.#files.list(directory).every(isLogFile)
    if (isOurs && logStartOffset === logEndOffset) this.delete(topic, partition)
    else this.#strays.push(this.#takeAway(topic, partition, 'stray'))
    this.#dismissed.add(partitionKey(topic, partition))
  }

  /** Directories of logs that were moved aside since this was opened. */
  get strays(): readonly string[] {
    return this.#strays
  }

  /** Makes the log of a partition that should be there: somebody took its directory away. As `create` else. */
  replaceLost(options: NewLog): PartitionLog {
    const key = partitionKey(options.topic, options.partition)
    if (!this.#dismissed.has(key)) this.#lost.push(joinPath(this.#root, key))
    return this.create(options)
  }

  /** Directories of logs that were gone when this was opened. */
  get lost(): readonly string[] {
    return this.#lost
  }

  /** Changes the configuration of a topic's logs. */
  configure(topic: string, config: LogConfig): void {
    for (const log of this.#logs.values()) if (log.topic === topic) log.configure(config)
  }

  /** Retention, compaction, removals, checkpoints: whatever is due. Never throws; what failed is tried again. */
  maintain(nowMs: number): MaintenanceResult {
    assert(!this.#closed, 'a closed directory needs no upkeep')
    const setMs = this.#times.note(nowMs)
    // No producer counts as idle for that, or a batch that is sent again would be stored again.
    if (setMs !== 0) for (const log of this.#logs.values()) log.store.producers.clockSet(setMs)
    const faults: MaintenanceFault[] = []
    const attempt = (log: PartitionLog | undefined, act: () => void): void => {
      try {
        act()
      } catch (error) {
        faults.push({ log, error })
      }
    }
    attempt(undefined, () => this.#lock.refresh())
    let noting = false
    attempt(undefined, () => {
      noting = this.#noting.step(this.#logs.values())
    })
    for (const log of this.#logs.values()) log.flushing.flushAged(log.config, nowMs)
    if (this.#times.takeRetention(nowMs)) {
      for (const log of this.#logs.values()) attempt(log, () => log.maintain(nowMs))
    }
    if (this.#times.takeCheckpoint(nowMs)) attempt(undefined, () => this.checkpoint())
    const doomed = this.#doomed.shift()
    if (doomed !== undefined) attempt(undefined, () => this.#files.removeDirectory(doomed))
    let cleaning = false
    attempt(this.#cleaner?.current, () => {
      cleaning = this.#cleaner?.step(this.#logs.values(), nowMs) ?? false
    })
    return { busy: noting || cleaning || this.#doomed.length > 0, faults }
  }

  /** Writes the checkpoints that changed. */
  checkpoint(): void {
    this.#checkpoints.write(this.#logs)
  }

  /** Has deleted records stay so after a kill. Where it cannot be written, as on a full disk, the next upkeep tries again. */
  startsMoved(): void {
    if (!this.#checkpoints.writeStarts(this.#logs)) this.#times.hurryCheckpoint()
  }

  /** What `meta.properties` says; undefined in a new directory. */
  readProperties(): ReadonlyMap<string, string> | undefined {
    return readProperties(this.#files, joinPath(this.#root, propertiesFile))
  }

  writeProperties(properties: ReadonlyMap<string, string>): void {
    writeProperties(this.#files, joinPath(this.#root, propertiesFile), properties)
  }

  /**
   * Puts everything on the disk, leaves the marker of a clean stop if that worked for every log, and unlocks the
   * directory. Idempotent. Errors are thrown after everything has been let go.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#cleaner?.stop()
    await Promise.all([...this.#logs.values()].map(log => log.idle()))
    try {
      await settleLogs(this.#logs.values(), () => forgetBoot(this.#files, this.#root))
      const closed = this.partitions().map(log => log.close({ clean: true }))
      if (closed.includes(false)) this.checkpoint()
      else {
        this.#checkpoints.writeLast(this.#logs)
        writeSegmentSizes(this.#files, this.#root, this.#logs.values())
        writeCleanStop(this.#files, this.#root)
      }
    } finally {
      for (const log of this.#logs.values()) log.close({ clean: false })
      this.#lock.release()
    }
  }

  get #syncs(): boolean {
    return this.#options.durability === 'power'
  }

  *#openLogs(): Generator<OpeningStep, void, void> {
    const { nowMs, syncsLater } = this.#options
    const cleanStop = takeCleanStop(this.#files, this.#root)
    this.#cleanStop = cleanStop
    const sizes = cleanStop ? takeSegmentSizes(this.#files, this.#root) : undefined
    const writes = writesFound(this.#files, this.#root)
    const recoveryPoints = this.#checkpoints.read('recoveryPoint')
    const logStarts = this.#checkpoints.read('logStart')
    for (const name of this.#files.list(this.#root)) {
      if (name.endsWith('-delete/')) this.#doomed.push(joinPath(this.#root, name.slice(0, -1)))
      const match = partitionDirectory.exec(name)
      if (match === null) continue
      const [topic, partition] = [match[1]!, Number(match[2])]
      const key = partitionKey(topic, partition)
      const log = this.#openLog(topic, partition, {
        config: this.#options.logConfig(topic),
        nowMs,
        cleanStop,
        ...writes,
        recoveryPoint: recoveryPoints.get(key) ?? 0,
        logStartOffset: logStarts.get(key) ?? 0,
        syncsLater,
        sizes: sizes?.get(key),
      })
      this.#logs.set(key, log)
      const topicId = readTopicId(this.#files, joinPath(log.directory, partitionMetadataFile))
      if (topicId !== undefined) this.#topicIds.set(key, topicId)
      this.#noting.unnoted.add(log.store.unnotedBytes)
      yield syncsLater === true ? log.store.settleOpening() : undefined
    }
    yield 'opened'
    noteBoot(this.#files, this.#root)
  }

  #openLog(
    topic: string,
    partition: number,
    found: Pick<OpenLogOptions, 'config' | 'nowMs' | 'cleanStop'> & Partial<OpenLogOptions>,
  ): PartitionLog {
    const { files, random, durability = 'process', leaderEpoch = 0 } = this.#options
    return PartitionLog.open({
      files,
      directory: joinPath(this.#root, partitionKey(topic, partition)),
      topic,
      partition,
      durability,
      leaderEpoch,
      random,
      tailBudget: this.#tailBudget,
      readAhead: this.#options.readAhead,
      warm: this.#warm,
      onSealedSynced: sizeInBytes => {
        if (!this.#closed && !this.#checkpoints.synced(sizeInBytes, this.#logs)) this.#times.hurryCheckpoint()
      },
      unnoted: this.#noting.unnoted,
      onFailed: () => forgetBoot(files, this.#options.root),
      producerIdExpirationMs: this.#options.producerIdExpirationMs ?? 86_400_000,
      ...found,
    })
  }

  #randomHex(): string {
    return hexOf(Uint8Array.from({ length: 16 }, () => Math.floor(this.#options.random.next() * 256)))
  }
}

function parentOf(path: string): string {
  const end = path.lastIndexOf('/')
  if (end < 0) return '.'
  return end === 0 ? '/' : path.slice(0, end)
}
