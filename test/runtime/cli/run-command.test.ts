/** `millrace run` as a user meets it: a TypeScript file, a signal, exit codes and messages. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url))
const wordCount = fileURLToPath(new URL('../../../examples/word-count.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stderr: string
}

/** Runs the command; sends SIGTERM when `until` has been printed. */
async function millrace(directory: string, args: readonly string[], until?: RegExp): Promise<Ended> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  let signalled = false
  child.stdout.resume()
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (signalled || until?.test(stderr) !== true) return
    signalled = true
    child.kill('SIGTERM')
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stderr }
}

describe('millrace run', () => {
  it('is built', () => expect(existsSync(main), 'the build is what is tested: npm run build').toBe(true))

  it('can be run as a program in the repository too, as npx does', () => {
    expect(statSync(main).mode & 0o111).toBe(0o111)
  })

  it('runs a TypeScript app until SIGTERM and exits 0; the data is where it says', async () => {
    const directory = await temporaryDirectory()
    const { code, stderr } = await millrace(directory, ['run', wordCount], /'word-count' is running/)
    expect(stderr).toContain("'word-count' has closed")
    expect(code).toBe(0)
    expect(existsSync(join(directory, '.millrace/broker'))).toBe(true)
    expect(existsSync(join(directory, '.millrace/state/word-count'))).toBe(true)
  })

  it('runs a TypeScript app of a folder without a package.json', async () => {
    const directory = await temporaryDirectory()
    await mkdir(join(directory, 'node_modules'))
    await symlink(
      fileURLToPath(new URL('../../..', import.meta.url)),
      join(directory, 'node_modules/millrace'),
    )
    await copyFile(wordCount, join(directory, 'app.ts'))
    const { code, stderr } = await millrace(directory, ['run', 'app.ts'], /'word-count' is running/)
    expect(stderr).toContain("'word-count' has closed")
    expect(code).toBe(0)
  })

  it('says which file has no app, and exits 1', async () => {
    const directory = await temporaryDirectory()
    await writeFile(join(directory, 'nothing.ts'), 'export const nothing: number = 1\n')
    const { code, stderr } = await millrace(directory, ['run', 'nothing.ts'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/MR-6002.*no app[^]*nothing\.ts[^]*Fix:/)
  })

  it('says what is wrong with a file that does not load, and exits 1', async () => {
    const directory = await temporaryDirectory()
    const { code, stderr } = await millrace(directory, ['run', 'missing.ts'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/MR-6002[^]*missing\.ts/)
  })

  it('refuses unknown options with exit code 2', async () => {
    const directory = await temporaryDirectory()
    const { code, stderr } = await millrace(directory, ['run', wordCount, '--gurantee', 'x'])
    expect(code).toBe(2)
    expect(stderr).toContain('--guarantee')
  })

  it('prints the version of the package', async () => {
    const directory = await temporaryDirectory()
    const child = spawn(process.execPath, [main, '--version'], { cwd: directory })
    const [output] = (await once(child.stdout, 'data')) as [Buffer]
    const { version } = JSON.parse(
      await readFile(join(import.meta.dirname, '../../../package.json'), 'utf8'),
    ) as {
      version: string
    }
    expect(output.toString().trim()).toBe(version)
  })

  it.each([
    ['a login without brokers', ['-X', 'security.protocol=SSL']],
    ['what is not about connecting', ['-b', 'localhost:9', '-X', 'linger.ms=5']],
    ['an unknown property', ['-b', 'localhost:9', '-X', 'bogus=1']],
  ])('refuses %s, with exit code 2', async (_what, args) => {
    const { code, stderr } = await millrace(await temporaryDirectory(), ['run', wordCount, ...args])
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('MR-6201') })
  })

  it('logs in where brokers ask for it', { timeout: 60_000 }, async () => {
    const directory = await temporaryDirectory()
    const jaas = 'required user_alice="secret";'
    const properties = [
      'listeners=SASL_PLAINTEXT://127.0.0.1:0',
      'sasl.enabled.mechanisms=PLAIN',
      `listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule ${jaas}`,
    ]
    const start = ['broker', 'start', ...properties.flatMap(each => ['--property', each])]
    const broker = spawn(process.execPath, [main, ...start], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void broker.kill('SIGKILL'))
    const [line] = (await once(broker.stdout.setEncoding('utf8'), 'data')) as [string]
    const brokers = ['-b', /[\d.]+:\d+(?=\n)/.exec(line)![0]]
    const login = (password: string) =>
      ['security.protocol=SASL_PLAINTEXT', 'sasl.mechanism=PLAIN', 'sasl.username=alice']
        .concat(`sasl.password=${password}`)
        .flatMap(each => ['-X', each])
    const args = ['run', wordCount, ...brokers]
    expect(await millrace(directory, [...args, ...login('secret')], /'word-count' is running/)).toEqual({
      code: 0,
      stderr: expect.stringContaining("'word-count' has closed"),
    })
    expect((await millrace(directory, [...args, ...login('guess')])).stderr).toContain('MR-5031')
    broker.kill('SIGTERM')
    await once(broker, 'exit')
  })
})
