/** The kinds of windows that can be told from a timestamp alone, whatever other records there are. */
import { unreachable } from '../base/assert.ts'
import type { CustomWindows } from './custom-windows.ts'
import { windowStarts, type TimeWindows } from './time-windows.ts'
import type { UnlimitedWindows } from './unlimited-windows.ts'
import type { Window } from './window.ts'

export type FixedWindows = TimeWindows | UnlimitedWindows | CustomWindows

/** The windows that hold `timestamp`, in the order in which they are updated. */
export function windowsFor(windows: FixedWindows, timestamp: number): readonly Window[] {
  switch (windows.kind) {
    case 'time':
      return windowStarts(windows, timestamp).map(start => ({ start, end: start + windows.sizeMs }))
    case 'unlimited':
      return timestamp < windows.startMs ? [] : [{ start: windows.startMs, end: Infinity }]
    case 'custom':
      return windows.windowsFor(timestamp)
    default:
      return unreachable(windows)
  }
}
