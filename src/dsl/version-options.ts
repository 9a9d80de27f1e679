/** What `versioned` of a store's options asks for: how long versions are kept, and in segments of what length. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds, type Duration } from '../base/duration.ts'
import type { KeptVersions } from '../plan/node-base.ts'

/** How a store keeps the versions of its rows. */
export interface VersionedOptions {
  /** How long: see `versioned`. */
  readonly history: Duration
  /**
   * The length of the segments of time by which versions are dropped. Default: a third of a short history, down to a 24th
   * of a long one. At least 1 ms, and at most 1,000 segments. A store on disk keeps the one that it was made with (MR-4101).
   */
  readonly segmentInterval?: Duration
}

/** A history of more segments than this is refused: a lookup may have to go through all of them. */
const segmentsMax = 1000

/** The history and the interval, or `undefined` where only latest values are kept. */
export function keptVersions(
  options: {
    readonly store?: string
    readonly versioned?: Duration | VersionedOptions
    readonly caching?: boolean
  },
  operator: string,
): KeptVersions | undefined {
  const { store, versioned, caching } = options
  if (versioned === undefined) return undefined
  if (store === undefined) {
    throw misuse(`${operator}: a store that is versioned needs a name`, {
      fix: `name it: { store: 'prices', versioned: '1h' }`,
    })
  }
  if (caching === true) {
    throw misuse(`${operator}: every version is put out, so caching cannot be on where versioned is`, {
      fix: 'leave caching out',
    })
  }
  const { history, segmentInterval } = typeof versioned === 'object' ? versioned : { history: versioned }
  const historyMs = toMilliseconds(history, `${operator}: versioned`)
  if (!Number.isSafeInteger(historyMs) || historyMs < 0) {
    throw misuse(`${operator}: versioned must be 0 ms or more, in whole ms, not ${String(history)}`)
  }
  const segmentIntervalMs =
    segmentInterval === undefined
      ? defaultSegmentInterval(historyMs)
      : toMilliseconds(segmentInterval, `${operator}: segmentInterval`)
  if (!Number.isSafeInteger(segmentIntervalMs) || segmentIntervalMs < 1) {
    throw misuse(
      `${operator}: segmentInterval must be 1 ms or more, in whole ms, not ${String(segmentInterval)}`,
    )
  }
  if (historyMs / segmentIntervalMs > segmentsMax) {
    throw misuse(
      `${operator}: a history of ${historyMs} ms has more than ${segmentsMax} segments of ${segmentIntervalMs} ms`,
      { fix: 'let segmentInterval be longer' },
    )
  }
  return Object.freeze({ historyMs, segmentIntervalMs })
}

/** Refuses `versioned` where a store cannot keep versions (semantics V8). The types do too. */
export function refuseVersions(options: object, operator: string, stores: string): void {
  if ((options as { versioned?: unknown }).versioned === undefined) return
  throw misuse(`${operator}: ${stores} keep no versions; leave versioned out`)
}

/** As in Kafka: short histories have few segments, so that none is all too short. */
function defaultSegmentInterval(historyMs: number): number {
  if (historyMs <= 60_000) return Math.max(Math.floor(historyMs / 3), 2_000)
  if (historyMs <= 300_000) return Math.max(Math.floor(historyMs / 5), 20_000)
  if (historyMs <= 3_600_000) return Math.max(Math.floor(historyMs / 12), 60_000)
  return Math.max(Math.floor(historyMs / 24), 300_000)
}
