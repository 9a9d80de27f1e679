/** `millrace topic consume` and `produce` as a user meets them: forms, places, ends, signals. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Admin } from '../../../runtime/client/admin.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { startFixture, type CliFixture } from './cli-fixture.ts'

let cli: CliFixture
beforeAll(async () => {
  cli = await startFixture()
  await cli.createTopic('letters')
  await cli.write('letters', 'a', 'b', 'c', 'd', 'e')
})
afterAll(() => cli.close())

async function endOf({ cluster }: CliFixture, topic: string): Promise<number> {
  const [found] = await new Admin(cluster).listOffsets([{ topic, partition: 0 }], 'latest')
  return found!.offset
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 200 && !(await condition()); attempt++) await setTimeout(50)
}

/** What consuming to the end prints. */
async function consumed(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cli.run(['topic', 'consume', ...args, '-e', '-q'])
  expect([code, stderr]).toEqual([0, ''])
  return stdout
}

describe('millrace topic consume', () => {
  it('prints lines of JSON with the fields of kcat, and how many on the standard error', async () => {
    const { code, stdout, stderr } = await cli.run(['topic', 'consume', 'letters', '-n', '1'])
    expect([code, stderr]).toEqual([0, '1 records\n'])
    expect(stdout.endsWith('}\n')).toBe(true)
    expect(JSON.parse(stdout)).toEqual({
      topic: 'letters',
      partition: 0,
      offset: '0',
      tstype: 'create',
      ts: expect.any(Number) as number,
      headers: [],
      key: null,
      payload: 'a',
    })
  })

  it.each([
    ['start', 'abcde'],
    ['end', ''],
    ['-2', 'de'],
    ['+1', 'bcde'],
    ['3', 'de'],
    ['1:3', 'bc'],
    [':2', 'ab'],
    ['@-1h', 'abcde'],
    ['@now', ''],
    ['@2020-01-01:@2021-01-01', 'abcde'],
  ])('begins and ends where it is told: %s', async (place, expected) => {
    const range = place === '@2020-01-01:@2021-01-01'
    // From the year 2021 on there are the records of now: what is before that time ends where they begin.
    expect(await consumed('letters', '-o', place, '-f', '%s')).toBe(range ? '' : expected)
  })

  it('prints other forms', async () => {
    const [table, wide, yaml, format] = await Promise.all([
      consumed('letters', '-o', ':1', '--output', 'table'),
      consumed('letters', '-o', ':1', '--output', 'wide'),
      consumed('letters', '-o', ':1', '--output', 'yaml'),
      consumed('letters', '-f', '%t/%p@%o=%v;'),
    ])
    expect(table).toMatch(/^letters\t0\t0\t\d{4}-\d\d-\d\dT[\d:.]+Z\tNULL\ta\n$/)
    expect(wide).toMatch(/^letters\t0\t0\tcreate\t.*\tNULL\ta\t\n$/)
    expect(yaml).toMatch(/^---\ntopic: letters\npartition: 0\noffset: "0"\ntstype: create\n/)
    expect(format).toBe('letters/0@0=a;letters/0@1=b;letters/0@2=c;letters/0@3=d;letters/0@4=e;')
  })

  it('filters, and reads payloads in the form that it is told', async () => {
    await cli.createTopic('amounts')
    await cli.write('amounts', '{"amount":5}', '{"amount":15}', '{"amount":25}')
    const filter = ['--value', 'json', '--filter', 'r => r.value.amount > 10']
    expect(await consumed('amounts', ...filter, '-f', '%o:%v ')).toBe('1:{"amount":15} 2:{"amount":25} ')
    const first = await cli.run(['topic', 'consume', 'amounts', ...filter, '-n', '1'])
    expect(JSON.parse(first.stdout)).toMatchObject({ offset: '1', payload: { amount: 15 } })
    const wrong = await cli.run(['topic', 'consume', 'letters', '--value', 'int32', '-e'])
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/MR-6205[^]*letters-0@0/)])
    const broken = await cli.run(['topic', 'consume', 'letters', '--filter', 'r =>', '-e'])
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining('MR-6201')])
  })

  it('reads several topics, and only the partitions asked for', async () => {
    await cli.createTopic('wide', 3)
    const produce = (partition: string) =>
      cli.run(['topic', 'produce', 'wide', '-p', partition], { input: `in ${partition}\n` })
    await Promise.all(['0', '1', '2'].map(produce))
    expect(await consumed('wide', '-p', '1', '-f', '%v')).toBe('in 1')
    const both = await consumed('wide', 'letters', '-p', '0', '-f', '%t ')
    expect(both.trim().split(' ').sort()).toEqual([...Array<string>(5).fill('letters'), 'wide'])
    expect((await cli.run(['topic', 'consume', 'wide', '-p', '7'])).code).toBe(2)
    expect((await cli.run(['topic', 'consume', 'lettres'])).code).toBe(3)
  })

  it('goes on until SIGINT, and exits 130 with whole lines', async () => {
    const signal = { after: /"offset":"4"/, name: 'SIGINT' } as const
    const { code, stdout, stderr } = await cli.run(['topic', 'consume', 'letters'], { signal })
    expect([code, stderr]).toEqual([130, '5 records\n'])
    expect(
      stdout
        .trim()
        .split('\n')
        .map(line => (JSON.parse(line) as { payload: string }).payload),
    ).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('ends with 0 when its reader goes away', async () => {
    await cli.createTopic('endless')
    await cli.write('endless', ...Array.from({ length: 20_000 }, (_, index) => `${index}`.repeat(20)))
    const { code, stderr } = await cli.run(['topic', 'consume', 'endless', '-q'], {
      closeAfter: /"offset":"1"/,
    })
    expect([code, stderr]).toEqual([0, ''])
  })
})

describe('millrace topic produce', () => {
  it('writes lines, with keys, headers and nulls', async () => {
    await cli.createTopic('lines')
    const input = 'k1:v1\nk2:\n:v3\nk4:v:4'
    const flags = ['-K', ':', '-Z', '-H', 'h=1', '-H', 'i=']
    const ended = await cli.run(['topic', 'produce', 'lines', ...flags], { input })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '4 records to lines\n' })
    const printed = await consumed('lines')
    expect(
      printed
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as unknown),
    ).toMatchObject([
      { key: 'k1', payload: 'v1', headers: ['h', '1', 'i', ''] },
      { key: 'k2', payload: null },
      { key: null, payload: 'v3' },
      { key: 'k4', payload: 'v:4' },
    ])
  })

  it('takes back what consume has printed, from a file', async () => {
    await cli.createTopic('copy')
    const file = join(await temporaryDirectory(), 'letters.ndjson')
    const printed = await consumed('letters')
    await writeFile(file, printed)
    const written = await cli.json('topic', 'produce', 'copy', '--file', file, '-z', 'gzip')
    expect(written).toEqual({
      topic: 'copy',
      records: 5,
      partitions: [{ partition: 0, firstOffset: '0', records: 5 }],
    })
    expect(await consumed('copy')).toBe(printed.replaceAll('"letters"', '"copy"'))
  })

  it('takes back records that say no time, and refuses what is no number', async () => {
    await cli.createTopic('timeless')
    const produce = ['topic', 'produce', 'timeless', '--input', 'ndjson']
    expect((await cli.run(produce, { input: '{"payload":"x","ts":-1}\n' })).code).toBe(0)
    const printed = await consumed('timeless')
    expect(JSON.parse(printed)).toMatchObject({ ts: -1, payload: 'x' })
    const wrong = await cli.run(produce, { input: '{"payload":"a"}\n{"payload":"x","ts":-2}\n' })
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/^1 records to timeless\nMR-6201 .*line 2.*ts/),
    ])
  })

  it('gives up within --timeout what it cannot deliver', async () => {
    const other = await startFixture()
    await other.createTopic('unreached')
    const flags = ['--timeout', '1s', '--rate', '20']
    const ended = other.run(['topic', 'produce', 'unreached', ...flags], { input: 'x\n'.repeat(100) })
    await until(async () => (await endOf(other, 'unreached')) > 0)
    await other.close()
    const begun = performance.now()
    const { code, stderr } = await ended
    expect([code, stderr]).toEqual([124, expect.stringMatching(/MR-50(44|51)/)])
    expect(performance.now() - begun).toBeLessThan(20_000)
  })

  it('writes payloads in other forms, all with one key', async () => {
    await cli.createTopic('numbers')
    const flags = ['-k', '00ff', '--key', 'hex', '--value', 'int64']
    await cli.run(['topic', 'produce', 'numbers', ...flags], { input: '1\n-9223372036854775808\n' })
    const shown = ['--key', 'base64', '--value', 'int64', '-f', '%k %v %S\n']
    expect(await consumed('numbers', ...shown)).toBe('AP8= 1 8\nAP8= -9223372036854775808 8\n')
    const wrong = await cli.run(['topic', 'produce', 'numbers', '--value', 'int64'], { input: '2\nmany\n' })
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/MR-6205[^]*the value of line 2/)])
  })

  it('keeps to a rate', async () => {
    await cli.createTopic('paced')
    const begun = performance.now()
    await cli.run(['topic', 'produce', 'paced', '--rate', '20'], { input: '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n' })
    expect(performance.now() - begun).toBeGreaterThan(450)
    expect(await consumed('paced', '-f', '%v')).toBe('12345678910')
  })

  it('is one transaction: seen when it is committed, aborted when something is wrong or it is interrupted', async () => {
    await cli.createTopic('ledger')
    const produce = ['topic', 'produce', 'ledger', '--txn', 'writer', '-K', ':']
    const wrong = await cli.run(produce, { input: 'a:1\nb\n' })
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/MR-6201.*line 2/)])
    const signal = { after: /reading lines/, name: 'SIGINT' } as const
    const stopped = await cli.run([...produce, '--rate', '1', '-v'], { input: 'c:3\n'.repeat(100), signal })
    expect([stopped.code, stopped.stderr]).toEqual([130, expect.stringContaining('aborted')])
    expect(await consumed('ledger')).toBe('')
    expect((await cli.run(produce, { input: 'd:4\ne:5\n' })).code).toBe(0)
    expect(await consumed('ledger', '-f', '%k=%v ')).toBe('d=4 e=5 ')
    const all = await consumed('ledger', '-f', '%k ', '--isolation', 'read_uncommitted')
    expect(all).toContain('d e ')
  })

  it('refuses what it cannot do', async () => {
    const cases: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['letters', '-k', 'k', '-K', ':'], 2, /--record-key/],
      [['letters', '-z', 'rar'], 2, /gzip/],
      [['letters', '-p', '9'], 2, /partition 9/],
      [['letters', '--file', 'missing.txt'], 2, /missing\.txt/],
      [['lettres'], 3, /Did you mean letters/],
    ]
    const ended = await Promise.all(
      cases.map(([args]) => cli.run(['topic', 'produce', ...args], { input: 'x\n' })),
    )
    for (const [index, [, code, message]] of cases.entries()) {
      expect([ended[index]!.code, ended[index]!.stderr]).toEqual([code, expect.stringMatching(message)])
    }
    expect(await consumed('letters', '-f', '%v')).toBe('abcde')
  })
})
