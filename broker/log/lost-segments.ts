/**
 * Segments whose log file was lost: their index files are left, or the last stop in order knew of them.
 *
 * An empty one takes the place of each. Its transaction index still tells which records of earlier segments were aborted:
 * without it they would be shown to readers of committed records.
 */
import { writeNewFile } from './files.ts'
import type { CorruptRange, SizesOfLog } from './log-types.ts'
import { endOffsetOf } from './segment-ends.ts'
import { Segment, type SegmentHome } from './segment.ts'

/** Of what recovery knows. */
interface Known {
  readonly sizes?: SizesOfLog | undefined
  readonly cleanStop: boolean
  readonly writesKept: boolean
  readonly logStartOffset: number
  readonly recoveryPoint: number
  readonly nowMs: number
}

/** Puts them among `all`. Answers which offsets are gone with them; those of the last one are missed by their end. */
export function standInForLost(
  home: SegmentHome,
  known: Known,
  found: { readonly all: Segment[]; readonly orphanOffsets: readonly number[] },
): CorruptRange[] {
  const { all, orphanOffsets } = found
  const ranges: CorruptRange[] = []
  for (const baseOffset of gone(known, all, orphanOffsets)) {
    const noted = known.sizes?.get(baseOffset)
    const sizes = noted === undefined ? undefined : { ...noted, log: 0, index: 0, timeindex: 0 }
    const shape = { baseOffset, sizeInBytes: 0, createdMs: known.nowMs, active: false, sizes }
    const segment = new Segment(home, shape)
    const next = all.find(each => each.baseOffset > baseOffset)
    if (!isLost(baseOffset, next, { all, known })) {
      home.files.remove(segment.path('txnindex'))
      continue
    }
    writeNewFile(home.files, segment.path(), new Uint8Array(0), false)
    const place = all.findIndex(each => each.baseOffset >= baseOffset)
    if (place < 0) all.push(segment)
    else all.splice(place, all[place]!.baseOffset === baseOffset ? 1 : 0, segment)
    if (next === undefined) continue
    const range = { fromPosition: 0, toPosition: 0, fromOffset: baseOffset, toOffset: next.baseOffset - 1 }
    ranges.push({ file: segment.path(), ...range })
  }
  return ranges
}

/** Base offsets, in order. */
function gone({ sizes }: Known, all: readonly Segment[], orphans: readonly number[]): readonly number[] {
  const there = new Set(all.filter(({ sizeInBytes }) => sizeInBytes > 0).map(({ baseOffset }) => baseOffset))
  const bases = new Set(orphans)
  for (const [base, { log }] of sizes ?? []) if (log > 0 && !there.has(base)) bases.add(base)
  return [...bases].sort((left, right) => left - right)
}

/**
 * Whether a segment without a log file had one. It is none of ours if the one before it reaches past it, which a swap that
 * broke off leaves, if it lies past the end, or before the start of a log that lost writes.
 */
function isLost(
  baseOffset: number,
  next: Segment | undefined,
  { all, known }: { readonly all: readonly Segment[]; readonly known: Known },
): boolean {
  const { cleanStop, writesKept, logStartOffset, recoveryPoint } = known
  const endOffset = next?.baseOffset ?? recoveryPoint
  if (endOffset <= Math.max(baseOffset, logStartOffset)) return false
  const before = all.findLast(segment => segment.baseOffset < baseOffset)
  return before === undefined ? cleanStop || writesKept : endOffsetOf(before) <= baseOffset
}
