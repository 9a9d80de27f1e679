/** What a task's database remembers: prefixes, positions, and that a wiped store is empty. */
import { describe, expect, it } from 'vitest'
import { LevelBytes } from '../../../runtime/state/level-bytes.ts'
import { TaskDatabase } from '../../../runtime/state/task-database.ts'
import { MemoryBytes } from '../../../src/state/memory-bytes.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

describe('TaskDatabase', () => {
  it('gives each store a prefix of its own, and the same one after reopening', async () => {
    const location = await temporaryDirectory()
    const first = await TaskDatabase.open(await LevelBytes.open(location), location)
    const counts = await first.prefixOf('counts')
    const totals = await first.prefixOf('totals')
    expect(counts).not.toEqual(totals)
    await first.close()
    const second = await TaskDatabase.open(await LevelBytes.open(location), location)
    expect(await second.prefixOf('totals')).toEqual(totals)
    expect(await second.prefixOf('counts')).toEqual(counts)
    await second.close()
  })

  it('remembers a position only together with the entries it was written with', async () => {
    const location = await temporaryDirectory()
    const first = await TaskDatabase.open(await LevelBytes.open(location), location)
    const prefix = await first.prefixOf('counts')
    const position = { topicId: 'id', offset: 42 }
    await first.bytes.write([
      { key: prefix, value: Uint8Array.of(7) },
      first.positionWrite('counts', position),
    ])
    await first.close()
    const second = await TaskDatabase.open(await LevelBytes.open(location), location)
    expect(second.positionOf('counts')).toEqual(position)
    expect([...second.bytes.get(prefix)!]).toEqual([7])
    expect(second.positionOf('totals')).toBeUndefined()
    await second.close()
  })

  it('wipes one store and leaves its neighbour', async () => {
    const database = await TaskDatabase.open(new MemoryBytes(), 'memory')
    const [counts, totals] = [await database.prefixOf('counts'), await database.prefixOf('totals')]
    const entry = (prefix: Uint8Array) => ({ key: Uint8Array.of(...prefix, 1), value: Uint8Array.of(1) })
    await database.bytes.write([
      entry(counts),
      entry(totals),
      database.positionWrite('counts', { topicId: 'id', offset: 9 }),
    ])
    await database.wipe('counts')
    expect(database.bytes.get(entry(counts).key)).toBeUndefined()
    expect(database.positionOf('counts')).toBeUndefined()
    expect(database.bytes.get(entry(totals).key)).toBeDefined()
  })

  it('refuses a format that it does not know with MR-4006', async () => {
    const bytes = new MemoryBytes()
    await TaskDatabase.open(bytes, 'memory')
    await bytes.write([{ key: new TextEncoder().encode('\0format'), value: Uint8Array.of(99) }])
    await expect(TaskDatabase.open(bytes, 'somewhere')).rejects.toMatchObject({
      code: 'MR-4006',
      where: 'somewhere',
    })
  })
})
