/** One suite for both file systems; then the lock on the real one. */
import { spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { readWholeFile, replaceFile, type FileSystem } from '../../../broker/log/files.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { NodeFiles } from '../../../broker/log/node-files.ts'
import { refusalOf } from './refusals.ts'

const scratch = mkdtempSync(join(tmpdir(), 'millrace-files-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

let directoryCount = 0
const newDirectory = (): string => join(scratch, `d${directoryCount++}`)

describe.each<[string, () => FileSystem]>([
  ['memory', () => new MemoryFiles()],
  ['disk', () => new NodeFiles()],
])('files in %s', (_name, make) => {
  it('are written and read at any position, and grow with zeros', async () => {
    const [files, root] = [make(), newDirectory()]
    files.makeDirectory(`${root}/deep/er`)
    const file = files.open(`${root}/deep/er/f`, 'create')
    file.write(utf8Bytes('hello'), 3)
    file.sync()
    await file.syncAsync()
    expect(file.sizeInBytes()).toBe(8)
    const target = new Uint8Array(10).fill(9)
    expect(file.read(target, 1, 9, 0)).toBe(8)
    expect([...target]).toEqual([9, 0, 0, 0, 104, 101, 108, 108, 111, 9])
    expect(file.read(target, 0, 5, 8)).toBe(0)
    file.truncate(4)
    expect(file.sizeInBytes()).toBe(4)
    file.close()
    file.close()
    expect(files.stat(`${root}/deep/er/f`)?.sizeInBytes).toBe(4)
  })

  it('tell what was written here lately, until somebody else writes', () => {
    const [files, root] = [make(), newDirectory()]
    files.makeDirectory(root)
    const other = files.open(`${root}/f`, 'create')
    other.write(utf8Bytes('old'), 0)
    const file = files.open(`${root}/f`, 'write')
    expect(file.isFresh(0, 3)).toBe(false)
    file.write(utf8Bytes('new'), 3)
    file.write(utf8Bytes('er'), 6)
    expect([file.isFresh(3, 5), file.isFresh(6, 2), file.isFresh(4, 1)]).toEqual([true, true, true])
    expect([file.isFresh(2, 2), file.isFresh(7, 2)]).toEqual([false, false])
    other.write(utf8Bytes('X'), 4)
    if (files instanceof NodeFiles) utimesSync(`${root}/f`, new Date(), new Date(Date.now() + 5))
    expect(file.isFresh(3, 5)).toBe(false)
    other.close()
    file.close()
  })

  it('tell what was found sound lately, until somebody else writes', () => {
    const [files, root] = [make(), newDirectory()]
    const age = (byMs: number): void => {
      const at = new Date(Date.now() - byMs)
      if (files instanceof NodeFiles) utimesSync(`${root}/f`, at, at)
    }
    files.makeDirectory(root)
    const other = files.open(`${root}/f`, 'create')
    other.write(utf8Bytes('0123456789'), 0)
    age(5000)
    const file = files.open(`${root}/f`, 'write')
    expect(file.isFresh(0, 4)).toBe(false)
    file.foundSound(0, 4)
    expect([file.isFresh(0, 4), file.isFresh(0, 5)]).toEqual([true, false])
    other.write(utf8Bytes('X'), 1)
    age(2000)
    expect(file.isFresh(0, 4)).toBe(false)
    // The change is known from here on, and nothing of before it counts.
    file.foundSound(4, 4)
    expect([file.isFresh(0, 4), file.isFresh(4, 4)]).toEqual([false, true])
    other.close()
    file.close()
  })

  it('do not tell it of what was perhaps changed while it was checked', () => {
    const [files, root] = [new NodeFiles(), newDirectory()]
    files.makeDirectory(root)
    const other = files.open(`${root}/f`, 'create')
    other.write(utf8Bytes('0123456789'), 0)
    const file = files.open(`${root}/f`, 'read')
    file.foundSound(0, 10)
    expect(file.isFresh(0, 10)).toBe(false)
    other.close()
    file.close()
  })

  it('keep their contents when opened again, and must exist unless made', () => {
    const [files, root] = [make(), newDirectory()]
    files.makeDirectory(root)
    expect(refusalOf(() => files.open(`${root}/f`, 'write'))).toBe('MR-4004')
    expect(refusalOf(() => files.open(`${root}/none/f`, 'create'))).toBe('MR-4004')
    const file = files.open(`${root}/f`, 'create')
    file.write(utf8Bytes('abc'), 0)
    file.close()
    files.open(`${root}/f`, 'create').close()
    expect(utf8Slice(readWholeFile(files, `${root}/f`)!)).toBe('abc')
  })

  it('are listed, renamed over others and removed; removing what is not there is no error', () => {
    const [files, root] = [make(), newDirectory()]
    files.makeDirectory(`${root}/sub`)
    replaceFile(files, `${root}/a`, utf8Bytes('1'))
    replaceFile(files, `${root}/b`, utf8Bytes('2'))
    expect([...files.list(root)].sort()).toEqual(['a', 'b', 'sub/'])
    files.rename(`${root}/a`, `${root}/b`)
    expect(utf8Slice(readWholeFile(files, `${root}/b`)!)).toBe('1')
    expect(files.stat(`${root}/a`)).toBeUndefined()
    files.remove(`${root}/a`)
    replaceFile(files, `${root}/sub/c`, utf8Bytes('3'))
    files.rename(`${root}/sub`, `${root}/moved`)
    expect(files.list(`${root}/moved`)).toEqual(['c'])
    files.removeDirectory(`${root}/moved`)
    files.removeDirectory(`${root}/moved`)
    expect(files.list(root)).toEqual(['b'])
    files.syncDirectory(root)
  })

  it('are locked by directory, once', () => {
    const [files, root] = [make(), newDirectory()]
    files.makeDirectory(root)
    const lock = files.lock(root)
    lock.refresh()
    expect(refusalOf(() => files.lock(root))).toBe('MR-4001')
    lock.release()
    lock.release()
    files.lock(root).release()
  })
})

describe('the lock of a directory on disk', () => {
  const lockModule = new URL('../../../broker/log/directory-lock.ts', import.meta.url).href
  const take = (directory: string, then: string): string =>
    `const { lockDirectory } = await import(${JSON.stringify(lockModule)}); const lock = lockDirectory(${JSON.stringify(directory)}); ${then}`
  const node = (code: string): readonly string[] => ['--import', 'tsx', '--input-type=module', '-e', code]
  const files = new NodeFiles()
  const locked = (): string => {
    const root = newDirectory()
    files.makeDirectory(root)
    return root
  }
  const leftovers = (root: string): readonly string[] => readdirSync(root).filter(name => name !== '.lock')

  it('names the process that has it, and falls with that process, even by kill -9', async () => {
    const root = locked()
    const holder = spawn(
      process.execPath,
      node(take(root, 'console.log("ready"); setInterval(() => {}, 1e6)')),
    )
    await new Promise(resolve => holder.stdout.once('data', resolve))
    expect(() => files.lock(root)).toThrow(`process ${holder.pid}`)
    holder.kill('SIGKILL')
    await new Promise(resolve => holder.once('exit', resolve))
    files.lock(root).release()
    expect(existsSync(join(root, '.lock'))).toBe(false)
    expect(leftovers(root)).toEqual([])
  })

  const holder = (root: string): Record<string, unknown> => {
    const lock = files.lock(root)
    const text = readFileSync(join(root, '.lock'), 'utf8')
    lock.release()
    return JSON.parse(text) as Record<string, unknown>
  }
  const plant = (root: string, change: Record<string, unknown>): void =>
    writeFileSync(join(root, '.lock'), JSON.stringify({ ...holder(root), id: 'planted', ...change }))

  it.runIf(existsSync('/proc/self/stat'))('of a process whose pid another has now is stale', () => {
    const root = locked()
    plant(root, { startTicks: '1' })
    files.lock(root).release()
  })

  it.runIf(existsSync('/proc/self/stat'))(
    'of a process that is dead, and that its parent never asked after, is stale',
    async () => {
      const root = locked()
      // The child ends when its parent is `sleep`, which asks after nobody; a shell does.
      const child = '(until grep -q sleep /proc/$$/comm; do :; done)'
      const parent = spawn('sh', ['-c', `${child} & echo $!; exec sleep 60`])
      const pid = Number(await new Promise(resolve => parent.stdout.once('data', resolve)))
      const stat = (): readonly string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
      await vi.waitUntil(() => stat()[2] === 'Z')
      plant(root, { pid, startTicks: stat()[21] })
      expect(() => files.lock(root).release()).not.toThrow()
      parent.kill()
    },
  )

  it.runIf(existsSync('/proc/self/stat'))(
    'of another boot of this host is stale; of another host it is respected',
    () => {
      const root = locked()
      plant(root, { boot: 'earlier' })
      files.lock(root).release()
      plant(root, { boot: 'elsewhere', host: 'other' })
      expect(() => files.lock(root)).toThrow('on other')
    },
  )

  it.runIf(existsSync('/proc/self/stat'))(
    'of a container out of sight is respected for as long as it is refreshed',
    () => {
      const root = locked()
      plant(root, { pidNamespace: 'pid:[1]' })
      expect(refusalOf(() => files.lock(root))).toBe('MR-4001')
      const before = new Date(Date.now() - 61_000)
      utimesSync(join(root, '.lock'), before, before)
      files.lock(root).release()
    },
  )

  it('that a loss of power left unreadable, or a taker left half taken over, is stale', () => {
    const root = locked()
    writeFileSync(join(root, '.lock'), '')
    files.lock(root).release()
    plant(root, { startTicks: '1', pid: 1, boot: 'earlier' })
    writeFileSync(
      join(root, '.lock.planted'),
      JSON.stringify({ ...(JSON.parse(readFileSync(join(root, '.lock'), 'utf8')) as object), id: 'taker' }),
    )
    files.lock(root).release()
    expect(leftovers(root)).toEqual([])
  })

  it('is taken over by exactly one of many', () => {
    const root = locked()
    plant(root, { startTicks: '1', pid: 999_999, boot: 'earlier' })
    const race = `
      import { spawn } from 'node:child_process'
      const code = ${JSON.stringify(take(root, 'console.log("won"); await new Promise(done => setTimeout(done, 4000))'))}
      const runs = Array.from({ length: 4 }, () => new Promise(done => {
        let out = ''
        const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code])
        child.stdout.on('data', data => { out += data; if (out.includes('won')) setTimeout(() => child.kill(), 3000) })
        child.on('exit', () => done(out.includes('won')))
      }))
      console.log((await Promise.all(runs)).filter(Boolean).length)`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', race], { encoding: 'utf8' })
    expect(stdout.trim()).toBe('1')
  })
})
