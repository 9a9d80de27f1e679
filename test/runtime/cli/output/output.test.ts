/** Tables and YAML, and properties and arguments as they are given. */
import { describe, expect, it } from 'vitest'
import { clientProperties } from '../../../../runtime/cli/client-properties.ts'
import { integerOf, partitionsOf } from '../../../../runtime/cli/invalid.ts'
import { tableOf, type Column } from '../../../../runtime/cli/output/table.ts'
import { pairs, table, textOf } from '../../../../runtime/cli/output/view.ts'
import { yamlOf } from '../../../../runtime/cli/output/yaml.ts'

interface Row {
  readonly name: string
  readonly count: number | undefined
}

const columns: readonly Column<Row>[] = [
  { heading: 'NAME', cell: ({ name }) => name },
  { heading: 'COUNT', cell: ({ count }) => count, align: 'right' },
  { heading: 'TWICE', cell: ({ count }) => (count ?? 0) * 2, wide: true },
]
const rows: readonly Row[] = [
  { name: 'a', count: 5 },
  { name: 'longer', count: undefined },
]
const plain = { wide: false, headings: true, color: false }

describe('tableOf', () => {
  it('has columns as wide as they must be, numbers at the right, and no spaces at the end', () =>
    expect(tableOf(columns, rows, plain)).toBe('NAME    COUNT\na           5\nlonger      -\n'))

  it('shows more when wide, headings in bold on a terminal, and none when quiet', () => {
    expect(tableOf(columns, rows.slice(0, 1), { ...plain, wide: true })).toBe(
      'NAME  COUNT  TWICE\na         5  10\n',
    )
    expect(tableOf(columns, [], { ...plain, color: true })).toBe('\u001B[1mNAME  COUNT\u001B[22m\n')
    expect(tableOf(columns, rows, { ...plain, headings: false })).toBe('a       5\nlonger  -\n')
  })

  it('shows what a terminal would obey as text', () =>
    expect(tableOf(columns, [{ name: '\u001B[2J\n\u009B', count: 1 }], { ...plain, headings: false })).toBe(
      '\\x1b[2J\\x0a\\x9b  1\n',
    ))
})

describe('textOf', () => {
  const view = { data: rows, sections: [pairs([['rows', 2]]), table(columns, rows, 'Rows')] }

  it.each([
    ['json', '[\n  {\n    "name": "a",\n    "count": 5\n  },\n  {\n    "name": "longer"\n  }\n]\n'],
    ['jsonl', '{"name":"a","count":5}\n{"name":"longer"}\n'],
    ['yaml', '- name: a\n  count: 5\n- name: longer\n'],
    ['table', 'rows  2\n\nRows\nNAME    COUNT\na           5\nlonger      -\n'],
  ] as const)('%s', (form, expected) => expect(textOf(view, form, plain)).toBe(expected))

  it('is one line of jsonl for what is no list', () =>
    expect(textOf({ data: { a: 1 }, sections: [] }, 'jsonl', plain)).toBe('{"a":1}\n'))
})

describe('yamlOf', () => {
  it.each<[unknown, string]>([
    [[], '[]\n'],
    [{}, '{}\n'],
    [null, 'null\n'],
    [{ a: { b: [] }, c: [{ d: 1, e: [2, 3] }] }, 'a:\n  b: []\nc:\n  - d: 1\n    e:\n      - 2\n      - 3\n'],
    [[['x'], ['z']], '- - x\n- - z\n'],
    [
      ['true', 'no', '1', '', 'a: b', 'a #b', '- a', 'line\nbreak', 'null', ' a', 'a '],
      '- "true"\n- "no"\n- "1"\n- ""\n- "a: b"\n- "a #b"\n- "- a"\n- "line\\nbreak"\n- "null"\n- " a"\n- "a "\n',
    ],
    [['orders-changelog', 'a/b.c@d e', '_x'], '- orders-changelog\n- a/b.c@d e\n- _x\n'],
    [{ 'a: b': true }, '"a: b": true\n'],
  ])('%j', (value, expected) => expect(yamlOf(value)).toBe(expected))
})

describe('clientProperties', () => {
  it('sorts them by who takes them; the later counts', () => {
    expect(
      clientProperties([
        'client.id=me',
        'linger.ms=1',
        'linger.ms=7',
        'fetch.min.bytes=9',
        'check.crcs=false',
        'security.protocol=SSL',
      ]),
    ).toEqual({
      clientId: 'me',
      security: { 'security.protocol': 'SSL' },
      producer: { lingerMs: 7 },
      fetcher: { fetchBytesMin: 9, checkCrc: false },
    })
  })

  it.each([
    ['linger.ms', /not key=value/],
    ['lingr.ms=1', /Did you mean linger\.ms\?/],
    ['linger.ms=-1', /integer of at least 0/],
    ['compression.type=rar', /none, gzip/],
    ['check.crcs=yes', /true or false/],
    ['isolation.level=any', /read_committed/],
    ['toString=1', /not a property/],
  ])('refuses %s', (pair, message) => expect(() => clientProperties([pair])).toThrow(message))
})

describe('arguments', () => {
  it('has lists and ranges of partitions', () => expect(partitionsOf('4-6,0, 5', '-p')).toEqual([0, 4, 5, 6]))
  it.each(['', 'a', '2-1', '1,,2', '-1'])('refuses partitions %j', text =>
    expect(() => partitionsOf(text, '-p')).toThrow(/MR-6201.*-p/),
  )
  it('refuses integers that are too small, or none', () => {
    expect(integerOf('-5', '--shift', -Infinity)).toBe(-5)
    expect(() => integerOf('0', '-n', 1)).toThrow(/MR-6201.*-n must be an integer of at least 1/)
    expect(() => integerOf('x', '--shift', -Infinity)).toThrow(/--shift must be an integer, not "x"/)
  })
})
