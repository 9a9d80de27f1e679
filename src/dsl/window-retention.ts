/** How long the store of a windowed fold keeps its windows: what the options say, if that is long enough. */
import { toMilliseconds } from '../base/duration.ts'
import { StreamsError } from '../base/errors.ts'
import { declaredAt } from '../base/declared-at.ts'
import { sessionRetentionOf, type SessionWindows } from '../windows/session-windows.ts'
import { retentionNeeded, type StoredWindows } from '../windows/stored-windows.ts'
import { atLine } from './argument-checks.ts'
import type { WindowStoreOptions } from './options.ts'
import { refuseVersions } from './version-options.ts'

/** The retention of a store of windows; MR-1007 if the one that was asked for is too short. */
export function retentionFor(
  windows: StoredWindows,
  options: WindowStoreOptions<unknown>,
  operator: string,
): number {
  return retentionAtLeast(
    retentionNeeded(windows),
    windows.kind === 'sliding' ? 'twice the difference and grace' : 'size and grace',
    options,
    operator,
  )
}

/** The retention of a store of sessions; MR-1007 if the one that was asked for is too short. */
export function sessionRetention(
  windows: SessionWindows,
  options: WindowStoreOptions<unknown>,
  operator: string,
): number {
  return retentionAtLeast(sessionRetentionOf(windows), 'gap and grace', options, operator)
}

/** The retention that `options` ask for, or `needed`, which is the sum of what `parts` names; MR-1007 if it is too short. */
function retentionAtLeast(
  needed: number,
  parts: string,
  options: WindowStoreOptions<unknown>,
  operator: string,
): number {
  refuseVersions(options, operator, 'stores of windows')
  const { retention } = options
  if (retention === undefined) return needed
  const retentionMs = atLine(operator, () => toMilliseconds(retention, 'retention'))
  if (retentionMs >= needed) return retentionMs
  throw new StreamsError('MR-1007', {
    what: `${operator}: the retention of ${retentionMs} ms is shorter than ${parts}, ${needed} ms`,
    where: declaredAt(),
    why: 'A window would be forgotten while it still takes records, and begin again from nothing.',
    fix: `leave retention out, or make it at least ${needed}`,
  })
}
