/** When a log begins a new segment (semantics G38). */
import type { LogConfig } from './log-config.ts'
import type { Segment } from './segment.ts'

/** Offsets and positions in indexes are int32, relative to the segment. */
const int32Max = 0x7fff_ffff

export interface RollQuestion {
  readonly appendBytes: number
  /** The greatest timestamp to be appended. */
  readonly maxTimestamp: number
  /** The last offset to be appended. */
  readonly lastOffset: number
  readonly nowMs: number
  /** What segment.jitter.ms came to for this segment. */
  readonly jitterMs: number
}

/** Whether the append goes into a new segment. An empty segment is never left behind. */
export function mustRoll(active: Segment, config: LogConfig, question: RollQuestion): boolean {
  if (active.sizeInBytes === 0) return false
  if (active.sizeInBytes + question.appendBytes > config.segmentBytes) return true
  if (question.lastOffset - active.baseOffset > int32Max) return true
  if (active.indexesFull(config.segmentIndexBytes)) return true
  return ageOf(active, question) > rollMs(config) - question.jitterMs
}

/** Whether a compacted log begins a segment though nothing is appended: its records must become cleanable in time. */
export function agedOut(active: Segment, config: LogConfig, nowMs: number): boolean {
  const unlimited = config.compactionLagMaxMs >= Number.MAX_SAFE_INTEGER
  if (!config.compact || active.sizeInBytes === 0 || unlimited) return false
  return nowMs - (active.firstBatchTimestamp() ?? active.createdMs) > config.compactionLagMaxMs
}

/** By records' time where they have one, so that old data is split as it was when it was new. */
function ageOf(active: Segment, { maxTimestamp, nowMs }: RollQuestion): number {
  const firstTimestamp = active.firstBatchTimestamp()
  const timed = firstTimestamp !== undefined && maxTimestamp >= 0
  return timed ? maxTimestamp - firstTimestamp : nowMs - active.createdMs
}

function rollMs(config: LogConfig): number {
  return config.compact ? Math.min(config.segmentMs, config.compactionLagMaxMs) : config.segmentMs
}
