/**
 * Which segments have outlived the topic's retention (semantics G57).
 *
 * Whole segments go, from the oldest on and without a gap: those below the log's start; those whose greatest timestamp
 * is older than `retention.ms` (so a timestamp in the future pins its segment and all later ones); and those that are
 * more than `retention.bytes` wants. Nothing at or above the high watermark goes. The answer may include the active
 * segment, which is rolled first.
 */
import type { FileSystem } from './files.ts'
import type { LogConfig } from './log-config.ts'
import type { Segment } from './segment.ts'
import type { Segments } from './segments.ts'

export interface RetentionQuestion {
  readonly segments: Segments
  readonly files: FileSystem
  readonly nowMs: number
}

/** What of the log retention goes by. */
export interface RetainedLog {
  readonly config: LogConfig
  readonly logStartOffset: number
  readonly highWatermark: number
}

/** How many of the first segments may go. */
export function expiredSegments(log: RetainedLog, question: RetentionQuestion): number {
  const { config, highWatermark, logStartOffset } = log
  const { segments } = question
  let excess = config.delete && config.retentionBytes >= 0 ? segments.sizeInBytes - config.retentionBytes : -1
  let count = 0
  for (const [index, segment] of segments.all.entries()) {
    const end = segments.endOffset(index, highWatermark)
    if (end > highWatermark || (segment.active && segment.sizeInBytes === 0)) break
    excess -= segment.sizeInBytes
    const belowStart = !segment.active && end <= logStartOffset
    // Only retention.bytes 0 reaches the active segment.
    const tooMuch = excess >= 0
    if (!belowStart && !tooMuch && !(config.delete && tooOld(segment, config, question))) break
    count++
  }
  return count
}

function tooOld(segment: Segment, config: LogConfig, { files, nowMs }: RetentionQuestion): boolean {
  if (config.retentionMs < 0) return false
  const newest = segment.maxTimestamp >= 0 ? segment.maxTimestamp : files.stat(segment.path())?.modifiedMs
  return newest !== undefined && nowMs - newest > config.retentionMs
}
