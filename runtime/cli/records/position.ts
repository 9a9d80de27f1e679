/**
 * Places in a topic as the command line names them, and what offsets they are in each partition.
 *
 *   start, end       the first record; after the last one
 *   120              an offset
 *   +100, -100       so many after the start, before the end
 *   @-10m            the first record from ten minutes ago on
 *   @2026-01-01T00:00:00Z, @2026-01-01, @1767225600000    from a time on; without a zone it is UTC
 *
 * A range is two of them with a colon between: `@2026-01-01:@2026-01-02`, `-100:end`. An absent first is `start`, an absent
 * last is `end`. Offsets outside of a log are taken as its nearest end.
 */
import { unreachable } from '../../../src/base/assert.ts'
import type { TopicPartition } from '../../../src/base/topic-partition.ts'
import { wholeMilliseconds, type Duration } from '../../../src/base/duration.ts'
import type { Cluster } from '../../client/cluster.ts'
import { listOffsets, type Isolation, type OffsetSpec } from '../../client/list-offsets.ts'
import { invalid } from '../invalid.ts'

export type Position =
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'after-start'; readonly count: number }
  | { readonly kind: 'before-end'; readonly count: number }
  | { readonly kind: 'time'; readonly timestamp: number }

export interface PositionRange {
  readonly from: Position
  /** `undefined`: without end. */
  readonly to: Position | undefined
}

/** Where a position is in a partition, and where that partition's log begins and ends now. */
export interface ResolvedPosition extends TopicPartition {
  readonly offset: number
  readonly start: number
  readonly end: number
}

/** Reads one position; `now` is what relative times are told from. MR-6201 for anything else. */
export function readPosition(text: string, flag: string, now: number): Position {
  const position = parsed(text, now)
  if (position !== undefined) return position
  throw invalid(
    `${flag} ${JSON.stringify(text)} is not a place in a topic`,
    'Write start, end, an offset, -100 (before the end), +100 (after the start), @-10m or @2026-01-01T00:00:00Z.',
  )
}

/** Reads one position, or two with a colon between them. */
export function readRange(text: string, flag: string, now: number): PositionRange {
  const single = parsed(text, now)
  if (single !== undefined) return { from: single, to: undefined }
  // Times have colons too: the one that leaves a position on either side is the one between.
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    const from = parsed(text.slice(0, at) || 'start', now)
    const to = parsed(text.slice(at + 1) || 'end', now)
    if (from !== undefined && to !== undefined) return { from, to }
  }
  return { from: readPosition(text, flag, now), to: undefined }
}

/** The offsets that a position has in partitions, in their order. */
export async function resolvePosition(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  position: Position,
  isolation: Isolation = 'read_uncommitted',
): Promise<readonly ResolvedPosition[]> {
  const ask = async (spec: OffsetSpec): Promise<readonly number[]> => {
    const queries = partitions.map(({ topic, partition }) => ({ topic, partition, spec }))
    return (await listOffsets(cluster, queries, isolation)).map(({ offset }) => offset)
  }
  const [starts, ends, timed] = await Promise.all([
    ask('earliest'),
    ask('latest'),
    position.kind === 'time' ? ask({ timestamp: Math.max(0, position.timestamp) }) : undefined,
  ])
  return partitions.map(({ topic, partition }, index) => {
    const [start, end] = [starts[index]!, ends[index]!]
    const offset = clamped(offsetOf(position, { start, end, timed: timed?.[index] ?? -1 }), { start, end })
    return { topic, partition, offset, start, end }
  })
}

interface LogEnds {
  readonly start: number
  readonly end: number
}

function offsetOf(position: Position, { start, end, timed }: LogEnds & { readonly timed: number }): number {
  switch (position.kind) {
    case 'start':
      return start
    case 'end':
      return end
    case 'offset':
      return position.offset
    case 'after-start':
      return start + position.count
    case 'before-end':
      return end - position.count
    case 'time':
      // No record from that time on: what comes next is the first.
      return timed < 0 ? end : timed
    default:
      return unreachable(position)
  }
}

/** The offset, or the nearest that is in the log. */
export function clamped(offset: number, { start, end }: LogEnds): number {
  return Math.min(Math.max(offset, start), end)
}

function parsed(text: string, now: number): Position | undefined {
  if (text === 'start' || text === 'beginning' || text === 'earliest') return { kind: 'start' }
  if (text === 'end' || text === 'latest') return { kind: 'end' }
  const [, sign, digits] = /^([+-]?)(\d{1,15})$/.exec(text) ?? []
  if (sign === '') return { kind: 'offset', offset: Number(digits) }
  if (sign !== undefined) return { kind: sign === '+' ? 'after-start' : 'before-end', count: Number(digits) }
  const timestamp = text.startsWith('@') ? timeOf(text.slice(1), now) : undefined
  return timestamp === undefined ? undefined : { kind: 'time', timestamp }
}

/** A time of day or one relative to now; `undefined` for anything else. */
function timeOf(text: string, now: number): number | undefined {
  if (text === 'now') return now
  if (/^\d{10,15}$/.test(text)) return Number(text)
  if (/^-\d/.test(text)) return relative(text.slice(1), now)
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)) return undefined
  // Without a zone a time would be local, and mean another record on another machine.
  const zoned = text.includes('T') && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text
  const timestamp = Date.parse(zoned)
  return Number.isNaN(timestamp) || !isDay(text.slice(0, 10)) ? undefined : timestamp
}

/** Whether there is such a day: the 30th of February would be taken for one of March. */
function isDay(text: string): boolean {
  const timestamp = Date.parse(text)
  return !Number.isNaN(timestamp) && new Date(timestamp).toISOString().startsWith(text)
}

function relative(duration: string, now: number): number | undefined {
  const milliseconds = wholeMilliseconds(duration as Duration)
  // Not a duration: the caller says what a position looks like.
  return milliseconds === undefined ? undefined : now - milliseconds
}
