/** Outputs that cannot be written, readers that have gone, signals: commands and the broker live with them. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startFixture, type CliFixture } from './cli-fixture.ts'

const main = fileURLToPath(new URL('../../../dist/runtime/cli/main.js', import.meta.url))
const hasFull = existsSync('/dev/full')
if (!hasFull) console.info('outputs that take nothing are not tried: there is no /dev/full')

let cli: CliFixture
beforeAll(async () => {
  cli = await startFixture()
})
afterAll(() => cli.close())

/** Runs a line of shell in which `$millrace` is the command; answers its exit code and what was printed. */
async function shell(line: string, directory?: string) {
  const child = spawn('bash', ['-c', line], {
    cwd: directory,
    env: { ...process.env, KAFKA_BROKERS: cli.address, millrace: `${process.execPath} ${main}` },
  })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, printed }
}

/** A port below the range from which the system gives out ports: nobody takes it between this look and the start. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    const server = createServer()
    const isFree = await new Promise<boolean>(resolve => {
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}

/** Starts a broker whose outputs go where `redirection` says; resolves when it can be connected to. */
async function brokerWith(redirection: string) {
  const directory = await temporaryDirectory()
  const port = await freePort()
  const child = spawn(
    'bash',
    ['-c', `exec ${process.execPath} ${main} broker start --port ${port} ${redirection}`],
    { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const connects = async (): Promise<boolean> => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    return connected
  }
  return { child, ended, connects, port }
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await condition()) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error('it did not come to that within ten seconds')
}

describe.skipIf(!hasFull)('a command whose output takes nothing', () => {
  it.each([
    ['$millrace topic list > /dev/full', 1],
    ['$millrace topic list -o json > /dev/full', 1],
    ['$millrace topic consume told -e > /dev/full', 1],
  ])('says so in a line: %s', async (line, code) => {
    await cli.createTopic('told').catch(() => undefined)
    await cli.write('told', 'a')
    const ended = await shell(line)
    expect(ended.code).toBe(code)
    expect(ended.printed).toMatch(/ENOSPC/)
    expect(ended.printed).not.toMatch(/^\s+at .*:\d+:\d+/m)
  })

  it.each(['2> /dev/full', '2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}'])(
    'ends with its own exit code where errors cannot be told: %s',
    async redirection => {
      expect(await shell(`$millrace topic describe missing ${redirection}`)).toEqual({ code: 3, printed: '' })
    },
  )
})

const hasTerminal = existsSync('/usr/bin/script')
if (!hasTerminal) console.info('questions at a terminal are not tried: there is no /usr/bin/script')

describe.skipIf(!hasTerminal)('a question at a terminal', () => {
  it.each([
    ['n\\n', 4],
    ['\\003', 4],
    ['\\004', 4],
    ['y\\n', 0],
  ])('that is answered with %j ends with %d', async (typed, code) => {
    await cli.createTopic('doubted').catch(() => undefined)
    // What is typed before the question is read once it is asked.
    const ended = await shell(
      `(until grep -q y/N asked; do sleep 0.1; done; printf '${typed}'; sleep 1) |
        script -qefc "$millrace topic delete doubted" asked > /dev/null; code=$?; cat asked; exit $code`,
      await temporaryDirectory(),
    )
    expect(ended.code).toBe(code)
    expect(ended.printed).toMatch(code === 0 ? /doubted +deleted/ : /MR-6203 +not done/)
    expect(ended.printed).not.toMatch(/^\s+at .*:\d+:\d+/m)
  })
})

describe('a broker', () => {
  it('goes on when those who read its outputs have gone', async () => {
    const { child, ended, connects, port } = await brokerWith('--property num.io.threads=3')
    child.stdout.destroy()
    child.stderr.destroy()
    await until(connects)
    // What it has to tell is told to nobody: a client that speaks no Kafka.
    const stranger = createConnection({ port, host: '127.0.0.1' })
    stranger.on('error', () => undefined)
    stranger.write('GET / HTTP/1.1\r\n\r\n')
    await once(stranger, 'close')
    expect(await connects()).toBe(true)
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it.skipIf(!hasFull)('goes on when its outputs take nothing', async () => {
    const { child, ended, connects } = await brokerWith('> /dev/full 2> /dev/full')
    await until(connects)
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })

  it('closes in order when its terminal hangs up', async () => {
    const { child, ended, connects } = await brokerWith('')
    let told = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (told += text))
    await until(connects)
    child.kill('SIGHUP')
    expect(await ended).toEqual([0, null])
    expect(told).toContain('SIGHUP: closing')
  })

  it.skipIf(!existsSync('/proc/self'))('is not started where no directory can be made', async () => {
    const { code, printed } = await shell('$millrace broker start --data /proc/none/data --port 0')
    expect([code, printed]).toEqual([1, expect.stringMatching(/^MR-4004 .*\n.*\/proc\/none/)])
  })

  it('is not started over what is no directory, and says that once', async () => {
    const directory = await temporaryDirectory()
    const { code, printed } = await shell(
      'touch file; $millrace broker start --data file --port 0',
      directory,
    )
    expect([code, printed.split('MR-4004').length - 1]).toEqual([1, 1])
    expect(printed).toMatch(/Fix: .*directory/)
  })
})
