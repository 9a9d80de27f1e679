/** A window store's expired segments are deleted only when the time that expired them is committed. */
import { expect, it } from 'vitest'
import { string } from '../../../src/serdes/primitives.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import type { WindowStore } from '../../../src/state/store.ts'
import { OverlayWindowStore } from '../../../src/state/window-store.ts'

const nowhere = { append: () => {} }

function commit(store: WindowStore<string, string>, backend: MemoryBytes): void {
  store.stage(nowhere)
  backend.writeNow(store.apply())
}

/** What follows a commit, on its way to the disk while the next transaction goes on. */
function settle(store: WindowStore<string, string>, backend: MemoryBytes): number {
  store.applied()
  const ranges = store.expired?.() ?? []
  for (const range of ranges) backend.clearNow(range)
  return ranges.length
}

it('keeps a window that only an uncommitted record has expired', () => {
  const backend = new MemoryBytes()
  const definition = {
    kind: 'window',
    name: 'hourly',
    keySerde: string(),
    valueSerde: string(),
    timestamped: true,
    windowSizeMs: 1000,
    retentionMs: 120_000,
  } as const
  const open = (): OverlayWindowStore<string, string> =>
    new OverlayWindowStore(definition, {
      backend,
      prefix: Uint8Array.of(1),
      residentEntriesMax: 100,
      encodesOnApply: false,
    })
  const store = open()
  store.put('a', 'kept', 1000, 1000)
  commit(store, backend)
  store.put('a', 'much later', 1_000_000, 1_000_000)
  settle(store, backend)
  store.discard()
  expect(store.fetch('a', 1000)?.value).toBe('kept')
  expect(open().fetch('a', 1000)?.value).toBe('kept')
  store.put('a', 'much later', 1_000_000, 1_000_000)
  commit(store, backend)
  expect(settle(store, backend)).toBe(1)
  expect(open().fetch('a', 1000)).toBeUndefined()
})
