/**
 * Deletes what has been processed from repartition topics, which nothing else ever reads (semantics N5, R62).
 *
 * One call is under way at most, and a failed one is only noted: the next one deletes further anyway.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { Admin } from '../client/admin.ts'
import type { OffsetToCommit } from '../client/offsets.ts'
import type { Logger } from '../logger.ts'

/** Milliseconds between two deletions, as in Kafka (`repartition.purge.interval.ms`). */
const intervalMs = 30_000

export class RepartitionPurge {
  readonly #admin: Admin
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #topics: ReadonlySet<string>
  #dueAt: number
  #underWay: Promise<void> | undefined

  constructor(options: { admin: Admin; clock: Clock; logger: Logger; topics: ReadonlySet<string> }) {
    this.#admin = options.admin
    this.#clock = options.clock
    this.#logger = options.logger
    this.#topics = options.topics
    this.#dueAt = options.clock.monotonic() + intervalMs
  }

  /** After a commit: starts a deletion up to the committed offsets if one is due. */
  maybeStart(committed: () => Iterable<OffsetToCommit>): void {
    if (this.#topics.size === 0 || this.#underWay !== undefined) return
    if (this.#clock.monotonic() < this.#dueAt) return
    this.#dueAt = this.#clock.monotonic() + intervalMs
    const before = [...committed()].filter(({ topic }) => this.#topics.has(topic))
    this.#underWay = this.#delete(before)
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    await this.#underWay
  }

  async #delete(before: readonly OffsetToCommit[]): Promise<void> {
    try {
      if (before.length > 0) await this.#admin.deleteRecords(before)
    } catch (error) {
      this.#logger.log('warn', 'processed records of repartition topics could not be deleted', {
        error: String(error),
      })
    } finally {
      this.#underWay = undefined
    }
  }
}
