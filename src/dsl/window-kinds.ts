/** What `windowedBy` takes that keeps windows in a window store, and how the keys of such tables are written. */
import type { Serde } from '../serdes/serde.ts'
import { windowKeys } from '../serdes/windowed.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'

/** The windows as they were handed in; a `TypeError` if they are something else. `others` names what fits there too. */
export function checkWindows<W extends StoredWindows>(windows: W, others: readonly string[] = []): W {
  const kind: string | undefined = windows?.kind
  if (kind === 'time' || kind === 'unlimited' || kind === 'custom' || kind === 'sliding') return windows
  const kinds = ['tumbling', 'hopping', 'sliding', 'unlimited', 'customWindows', ...others]
  throw new TypeError(`windowedBy: expected ${kinds.map(each => `${each}(...)`).join(' or ')}`)
}

/** The serde of the keys of a table of such windows. */
export function windowKeySerde(keySerde: Serde<unknown>, windows: StoredWindows): Serde<unknown> {
  const sizesVary = windows.kind === 'custom'
  return windowKeys(keySerde, windows.sizeMs, sizesVary) as Serde<unknown>
}
