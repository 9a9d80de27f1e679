/** The suite of every `OrderedBytes` backend: memory runs it here, LevelDB in the runtime's tests. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { BytesRange, OrderedBytes } from '../../src/state/ordered-bytes.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

/** Declares the suite; `open` makes an empty backend, which the suite closes. */
export function orderedBytesSuite(name: string, open: () => Promise<OrderedBytes> | OrderedBytes): void {
  describe(`ordered bytes: ${name}`, () => {
    let backend: OrderedBytes
    beforeEach(async () => {
      backend = await open()
    })
    afterEach(() => backend.close())

    const put = (key: Uint8Array, value: number): Promise<void> =>
      backend.write([{ key, value: bytes(value) }])
    async function keys(range: BytesRange = {}): Promise<number[][]> {
      const found: number[][] = []
      for await (const chunk of backend.range(range)) for (const [key] of chunk) found.push([...key])
      return found
    }

    it('answers undefined for a key that is not there', () => {
      expect(backend.get(bytes(1))).toBeUndefined()
    })

    it('reads what was written, and an empty value is not absence', async () => {
      await backend.write([
        { key: bytes(1), value: bytes(7, 8) },
        { key: bytes(2), value: bytes() },
      ])
      expect([...backend.get(bytes(1))!]).toEqual([7, 8])
      expect(backend.get(bytes(2))).toHaveLength(0)
    })

    it('does not mind that the key of a lookup is changed afterwards', async () => {
      const key = bytes(5)
      await put(bytes(5), 1)
      expect([...backend.get(key)!]).toEqual([1])
      key[0] = 6
      expect(backend.get(key)).toBeUndefined()
    })

    it('applies the writes of a batch in order: the last of a key wins', async () => {
      await backend.write([
        { key: bytes(1), value: bytes(1) },
        { key: bytes(1), value: null },
        { key: bytes(2), value: null },
        { key: bytes(2), value: bytes(2) },
      ])
      expect(backend.get(bytes(1))).toBeUndefined()
      expect([...backend.get(bytes(2))!]).toEqual([2])
    })

    it('orders keys by their unsigned bytes, a prefix before what it begins', async () => {
      for (const key of [[0xff], [0x80, 1], [0x80], [0x7f, 0xff], [0], [0, 0]]) await put(bytes(...key), 1)
      expect(await keys()).toEqual([[0], [0, 0], [0x7f, 0xff], [0x80], [0x80, 1], [0xff]])
      expect(await keys({ reverse: true })).toEqual([[0xff], [0x80, 1], [0x80], [0x7f, 0xff], [0, 0], [0]])
    })

    it('includes the start of a range and excludes its end', async () => {
      for (const key of [1, 2, 3, 4]) await put(bytes(key), key)
      expect(await keys({ from: bytes(2), to: bytes(4) })).toEqual([[2], [3]])
      expect(await keys({ from: bytes(2), to: bytes(4), reverse: true })).toEqual([[3], [2]])
      expect(await keys({ from: bytes(4), to: bytes(2) })).toEqual([])
      expect(await keys({ from: bytes(9) })).toEqual([])
    })

    it('sees in a range what was added, deleted and added again since the last one', async () => {
      for (const key of [1, 2, 3]) await put(bytes(key), key)
      expect(await keys()).toEqual([[1], [2], [3]])
      await backend.write([
        { key: bytes(2), value: null },
        { key: bytes(4), value: bytes(4) },
      ])
      expect(await keys()).toEqual([[1], [3], [4]])
      await put(bytes(2), 2)
      await backend.write([{ key: bytes(4), value: null }])
      expect(await keys()).toEqual([[1], [2], [3]])
    })

    it('walks a range as it was when it was asked for', async () => {
      for (const key of [1, 2]) await put(bytes(key), key)
      const iterator = backend.range({})[Symbol.asyncIterator]()
      const first = await iterator.next()
      await put(bytes(3), 3)
      const seen = first.done === true ? [] : first.value.map(([key]) => key[0])
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        seen.push(...next.value.map(([key]) => key[0]))
      }
      expect(seen).toEqual([1, 2])
    })

    it('walks more entries than fit in one chunk', async () => {
      const writes = Array.from({ length: 3000 }, (_, i) => ({
        key: bytes(i >> 8, i & 255),
        value: bytes(1),
      }))
      await backend.write(writes)
      const found = await keys()
      expect(found).toHaveLength(3000)
      expect(found[2999]).toEqual([2999 >> 8, 2999 & 255])
    })

    it('clears a range and nothing beside it', async () => {
      for (const key of [1, 2, 3, 4]) await put(bytes(key), key)
      await backend.clear({ from: bytes(2), to: bytes(4) })
      expect(await keys()).toEqual([[1], [4]])
      expect(backend.get(bytes(2))).toBeUndefined()
    })

    it('can be closed twice', async () => {
      await backend.close()
      await backend.close()
    })
  })
}
