/** The stores of windows and sessions that are folded into, which those that are put out on close need longer. */
import type { Serde } from '../serdes/serde.ts'
import type { SessionStoreDefinition, WindowStoreDefinition } from '../topology/node.ts'
import type { SessionWindows } from '../windows/session-windows.ts'
import type { StoredWindows } from '../windows/stored-windows.ts'
import { sessionStore, windowStore } from './compile-store.ts'
import type { StorePlan } from './node-base.ts'

interface Kept<W> {
  readonly windows: W
  readonly retentionMs: number
  /** Whether each window is put out once, when it closes. */
  readonly onClose: boolean
}

/** What a fold is told where its windows are put out on close. */
export function onCloseOf(
  { keySerde }: StorePlan,
  { onClose }: { readonly onClose: boolean },
): { readonly keySerde: Serde<unknown> } | undefined {
  return onClose ? { keySerde } : undefined
}

export function windowsStore(
  store: StorePlan,
  { windows, retentionMs, onClose }: Kept<StoredWindows>,
): WindowStoreDefinition {
  const { kind, sizeMs, graceMs } = windows
  // One whose end is in it is still open when time is its size and the grace past its start.
  const keptMs = onClose && kind === 'sliding' ? sizeMs + graceMs + 1 : 0
  return { ...windowStore(store, sizeMs, Math.max(retentionMs, keptMs)), walkable: onClose }
}

export function sessionsStore(
  store: StorePlan,
  { windows, retentionMs, onClose }: Kept<SessionWindows>,
): SessionStoreDefinition {
  // A session is still open when time is the gap and the grace past its end: it must be there when it is put out.
  const keptMs = onClose ? windows.gapMs + windows.graceMs + 1 : 0
  return { ...sessionStore(store, Math.max(retentionMs, keptMs)), walkable: onClose }
}
