/** What `windowedBy` takes: windows that a window store keeps, when they are put out, and how their keys are written. */
import { misuse } from '../base/misuse.ts'
import type { Serde } from '../serdes/serde.ts'
import { windowKeys } from '../serdes/windowed.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import { idleMsOf } from './idle-option.ts'
import type { WindowedByOptions } from './options.ts'

/** The windows as they were handed in; MR-1010 if they are something else. `others` names what fits there too. */
export function checkWindows<W extends StoredWindows>(windows: W, others: readonly string[] = []): W {
  const kind: string | undefined = windows?.kind
  if (kind === 'time' || kind === 'unlimited' || kind === 'custom' || kind === 'sliding') return windows
  const kinds = ['tumbling', 'hopping', 'sliding', 'unlimited', 'customWindows', ...others]
  throw misuse(`windowedBy: expected ${kinds.map(each => `${each}(...)`).join(' or ')}`)
}

/** The serde of the keys of a table of such windows. */
export function windowKeySerde(keySerde: Serde<unknown>, windows: StoredWindows): Serde<unknown> {
  const sizesVary = windows.kind === 'custom'
  return windowKeys(keySerde, windows.sizeMs, sizesVary) as Serde<unknown>
}

/** Whether each window is put out once, when it closes; MR-1010 for windows that cannot be. */
export function isEmittedOnClose(
  { kind }: StoredWindows | SessionWindows,
  { emit = 'update' }: WindowedByOptions,
): boolean {
  if (emit !== 'update' && emit !== 'close') {
    throw misuse(`windowedBy: emit must be 'update' or 'close', not ${JSON.stringify(emit)}`)
  }
  // Kafka refuses the same (KStreamWindowAggregate): unlimited windows never close, and ends of custom ones are not known.
  if (emit === 'close' && (kind === 'unlimited' || kind === 'custom')) {
    throw misuse(`windowedBy: ${kind} windows cannot be put out on close, only with every update`, {
      why: 'They never close, or it is not known when.',
      fix: 'use tumbling, hopping, sliding or session windows, or leave emit out',
    })
  }
  return emit === 'close'
}

/** The `idle` of windows that are put out on close; MR-1010 where nothing waits for time to pass. */
export function closingIdleMs(options: WindowedByOptions, onClose: boolean): number | undefined {
  const idleMs = idleMsOf(options, 'windowedBy')
  if (idleMs !== undefined && !onClose)
    throw misuse(`windowedBy: with every update put out, nothing waits for idle; use it with emit: 'close'`)
  return idleMs
}
