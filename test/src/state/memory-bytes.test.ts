/** The memory backend passes the suites of backends and of stores. */
import { expect, it } from 'vitest'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { orderedBytesSuite } from '../../conformance/ordered-bytes.ts'
import { storeSuite } from '../../conformance/store-suite.ts'

orderedBytesSuite('memory', () => new MemoryBytes())
storeSuite('memory', () => new MemoryBytes())

it('counts a range exactly', () => {
  const backend = new MemoryBytes()
  backend.writeNow([1, 2, 3].map(key => ({ key: Uint8Array.of(key), value: Uint8Array.of(0) })))
  expect(backend.approximateCount({ from: Uint8Array.of(2) })).toBe(2)
  backend.clearNow({ from: Uint8Array.of(3) })
  expect(backend.approximateCount({})).toBe(2)
})

it('refuses writes once it is closed', async () => {
  const backend = new MemoryBytes()
  await backend.close()
  expect(() => backend.writeNow([{ key: Uint8Array.of(1), value: null }])).toThrow('closed')
})
