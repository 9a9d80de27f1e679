/** LevelDB as a backend: the suites that memory passes too, and what only a disk can do. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { LevelBytes } from '../../../runtime/state/level-bytes.ts'
import { orderedBytesSuite } from '../../conformance/ordered-bytes.ts'
import { storeSuite } from '../../conformance/store-suite.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-level-'))
let count = 0
const open = (): Promise<LevelBytes> => LevelBytes.open(join(root, String(count++)))
afterAll(() => rmSync(root, { recursive: true, force: true }))

orderedBytesSuite('LevelDB', open)
storeSuite('LevelDB', open)

describe('LevelDB on disk', () => {
  it('has after reopening what was written before', async () => {
    const location = join(await temporaryDirectory(), 'db')
    const first = await LevelBytes.open(location)
    await first.write([{ key: Uint8Array.of(1, 2), value: Uint8Array.of(3) }])
    await first.close()
    const second = await LevelBytes.open(location)
    expect([...second.get(Uint8Array.of(1, 2))!]).toEqual([3])
    await second.close()
  })

  it('refuses a folder that is open already, with MR-4001 and the folder', async () => {
    const location = join(await temporaryDirectory(), 'db')
    const first = await LevelBytes.open(location)
    await expect(LevelBytes.open(location)).rejects.toMatchObject({ code: 'MR-4001', where: location })
    await first.close()
  })

  it('closes twice without complaint', async () => {
    const bytes = await LevelBytes.open(join(await temporaryDirectory(), 'db'))
    await bytes.close()
    await bytes.close()
  })
})
