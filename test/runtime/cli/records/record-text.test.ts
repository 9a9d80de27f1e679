/** Records as they are printed, filtered and read back. */
import { describe, expect, it } from 'vitest'
import { utf8Bytes, utf8Slice } from '../../../../src/base/text.ts'
import { linesOf } from '../../../../runtime/cli/records/input-lines.ts'
import { recordOf, type InputForms } from '../../../../runtime/cli/records/input-record.ts'
import { readOffsetFile } from '../../../../runtime/cli/records/offset-file.ts'
import { compileFilter } from '../../../../runtime/cli/records/record-filter.ts'
import { compileFormat, kcatRecord, type ShownRecord } from '../../../../runtime/cli/records/shown-record.ts'

const text = { key: 'string', value: 'string' } as const
const json = { key: 'string', value: 'json' } as const

function record(key: string | null, value: string | null): ShownRecord {
  return {
    topic: 'orders',
    partition: 2,
    offset: 2 ** 53 - 1,
    timestampType: 'create',
    timestamp: 1000,
    headers: [
      { key: 'h', value: utf8Bytes('1') },
      { key: 'n', value: null },
    ],
    key: key === null ? null : utf8Bytes(key),
    value: value === null ? null : utf8Bytes(value),
  }
}

describe('kcatRecord', () => {
  it('has the fields of kcat in its order, offsets as text', () => {
    expect(JSON.stringify(kcatRecord(record('k', '{"a":1}'), json))).toBe(
      '{"topic":"orders","partition":2,"offset":"9007199254740991","tstype":"create","ts":1000,' +
        '"headers":["h","1","n",null],"key":"k","payload":{"a":1}}',
    )
    expect(kcatRecord(record(null, null), json)).toMatchObject({ key: null, payload: null })
  })
})

describe('compileFormat', () => {
  it.each([
    ['%t-%p@%o %T', 'orders-2@9007199254740991 1000'],
    ['%k=%v|%s %K %S %V', 'k=v|v 1 1 1'],
    ['%h', 'h=1,n=NULL'],
    ['100%% \\t\\x41\\\\\\n', '100% \tA\\\n'],
    ['trailing \\', 'trailing \\'],
    ['trailing %', 'trailing %'],
  ])('prints %j', (format, expected) =>
    expect(utf8Slice(compileFormat(format)(record('k', 'v'), text))).toBe(expected),
  )

  it('prints nothing for null, and its size as -1', () =>
    expect(utf8Slice(compileFormat('[%k][%s] %K %S')(record(null, null), text))).toBe('[][] -1 -1'))

  it('refuses a token that does not exist', () => expect(() => compileFormat('%q')).toThrow(/MR-6201.*%q/))
})

describe('compileFilter', () => {
  it('sees what is decoded, and names of headers', () => {
    const passes = (filter: string, value: string) => compileFilter(filter)(record('k', value), json)
    expect(passes('r => r.value.amount > 10', '{"amount":11}')).toBe(true)
    expect(passes('r => r.value.amount > 10', '{"amount":10}')).toBe(false)
    expect(passes("({ key, headers, partition }) => key + headers.h + partition === 'k12'", '{}')).toBe(true)
    expect(passes('function (r) { return r.timestamp === 1000 }', '{}')).toBe(true)
  })

  it('refuses what is no function, and names the record where one fails', () => {
    expect(() => compileFilter('r =>')).toThrow(/MR-6201.*not JavaScript/)
    expect(() => compileFilter('1 + 1')).toThrow(/MR-6201.*not a function/)
    expect(() => compileFilter('r => r.value.x')(record('k', null), json)).toThrow(/MR-6201[^]*orders-2@/)
  })
})

describe('linesOf', () => {
  async function lines(...chunks: readonly string[]): Promise<readonly string[]> {
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (const chunk of chunks) yield utf8Bytes(chunk)
    }
    const found: string[] = []
    for await (const line of linesOf(stream())) found.push(utf8Slice(line))
    return found
  }

  it.each<[readonly string[], readonly string[]]>([
    [[], []],
    [['a\nb\n'], ['a', 'b']],
    [['a\nb'], ['a', 'b']],
    [
      ['a', 'b', '\n', '\nc'],
      ['ab', '', 'c'],
    ],
    [['\n'], ['']],
    [['a\r\n'], ['a\r']],
  ])('%j', async (chunks, expected) => expect(await lines(...chunks)).toEqual(expected))
})

describe('recordOf', () => {
  const lines: InputForms = {
    input: 'lines',
    key: 'string',
    value: 'string',
    delimiter: undefined,
    emptyIsNull: false,
  }
  const read = (line: string, forms: Partial<InputForms> = {}) => {
    const { key, value, ...rest } = recordOf(utf8Bytes(line), { ...lines, ...forms }, 'line 7')
    return { ...rest, key: key && utf8Slice(key), value: value && utf8Slice(value) }
  }

  it('takes a line as a value, or as key and value', () => {
    expect(read('a:b')).toMatchObject({ key: null, value: 'a:b' })
    expect(read('a:b:c', { delimiter: ':' })).toMatchObject({ key: 'a', value: 'b:c' })
    expect(read('a=>b', { delimiter: '=>' })).toMatchObject({ key: 'a', value: 'b' })
    expect(read('é→b', { delimiter: '→' })).toMatchObject({ key: 'é', value: 'b' })
    expect(read('AP8=', { value: 'base64' }).value).toBe('\u0000\uFFFD')
  })

  it('takes empty ones as null where it is told to', () => {
    expect(read(':', { delimiter: ':' })).toMatchObject({ key: '', value: '' })
    expect(read(':', { delimiter: ':', emptyIsNull: true })).toMatchObject({ key: null, value: null })
  })

  it('reads objects as they are printed, and shorter ones', () => {
    const ndjson = { input: 'ndjson' } as const
    const printed = JSON.stringify(kcatRecord(record('k', '{"a":1}'), json))
    expect(read(printed, { ...ndjson, value: 'json' })).toEqual({
      key: 'k',
      value: '{"a":1}',
      headers: [
        { key: 'h', value: utf8Bytes('1') },
        { key: 'n', value: null },
      ],
      partition: 2,
      timestamp: 1000,
    })
    expect(read('{"value":{"a":1}}', ndjson)).toMatchObject({
      key: null,
      value: '{"a":1}',
      timestamp: undefined,
    })
    expect(read('{"key":"k","payload":null}', ndjson)).toMatchObject({ key: 'k', value: null })
    expect(read('{"payload":"s"}', { ...ndjson, value: 'json' }).value).toBe('"s"')
    expect(read('{"payload":258}', { ...ndjson, value: 'int32' }).value).toBe('\u0000\u0000\u0001\u0002')
    expect(read('{"payload":1,"headers":{"a":"b"}}', ndjson).headers).toEqual([
      { key: 'a', value: utf8Bytes('b') },
    ])
  })

  it.each<[string, Partial<InputForms>, RegExp]>([
    ['abc', { delimiter: ':' }, /MR-6201.*line 7.*":"/],
    ['{', { input: 'ndjson' }, /MR-6201.*line 7 is not JSON/],
    ['[]', { input: 'ndjson' }, /MR-6201.*line 7 is not an object/],
    ['{"amount":1}', { input: 'ndjson' }, /MR-6201.*neither/],
    ['{"payload":{},"headers":["a"]}', { input: 'ndjson' }, /MR-6201.*headers/],
    ['{"payload":{}}', { input: 'ndjson', value: 'int32' }, /MR-6201.*cannot be int32/],
    ['{"payload":"","partition":-1}', { input: 'ndjson' }, /MR-6201.*partition/],
    ['x', { value: 'json' }, /MR-6205[^]*the value of line 7/],
  ])('refuses %s', (line, forms, message) => expect(() => read(line, forms)).toThrow(message))
})

describe('readOffsetFile', () => {
  const orders = { topic: 'orders', partition: 0, offset: 120 }

  it.each([
    ['lines', 'orders,0,120\n'],
    ["Kafka's own export", '"orders",0,120'],
    ['a plan', '[{"topic":"orders","partition":0,"before":null,"offset":"120"}]'],
    [
      'a description',
      '[{"group":"g","offsets":[{"topic":"orders","partition":0,"offset":"120"},{"topic":"a","partition":1,"offset":null}]}]',
    ],
  ])('reads %s', (_what, file) => expect(readOffsetFile(file, 'f')).toEqual([orders]))

  it.each(['orders,0', 'orders,x,1', '[{"topic":"orders"}]', '[', ',0,1', '[null]'])('refuses %j', file =>
    expect(() => readOffsetFile(file, 'plan.csv')).toThrow(/MR-6201.*plan\.csv/),
  )
})
