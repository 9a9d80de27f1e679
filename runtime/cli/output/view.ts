/** What a command has found, in the form that was asked for: tables for people, JSON and YAML for programs. */
import { unreachable } from '../../../src/base/assert.ts'
import type { OutputForm } from './forms.ts'
import { emphasised, pairsOf, tableOf, type Column, type TableStyle } from './table.ts'
import { yamlOf } from './yaml.ts'

/** A part of what people are shown. */
export type Section = (style: TableStyle) => string

/** The same thing twice: as data, and as tables. */
export interface View {
  /** A list is one document in `json` and `yaml`, a line for each of its items in `jsonl`. */
  readonly data: unknown
  readonly sections: readonly Section[]
}

/** Rows under headings; with a title, where there are several sections. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], title?: string): Section {
  return style => titled(title, tableOf(columns, rows, style), style)
}

/** Names and values, one a line. */
export function pairs(
  entries: readonly (readonly [name: string, value: string | number | undefined])[],
  title?: string,
): Section {
  return style => titled(title, pairsOf(entries), style)
}

/** The text of a view; ends with a line break. */
export function textOf(view: View, form: OutputForm, style: Omit<TableStyle, 'wide'>): string {
  switch (form) {
    case 'json':
      return `${JSON.stringify(view.data, null, 2)}\n`
    case 'jsonl':
      return (Array.isArray(view.data) ? view.data : [view.data])
        .map(item => `${JSON.stringify(item)}\n`)
        .join('')
    case 'yaml':
      return yamlOf(view.data)
    case 'table':
    case 'wide':
      return view.sections.map(section => section({ ...style, wide: form === 'wide' })).join('\n')
    default:
      return unreachable(form)
  }
}

/** An offset, or another number of 64 bits, as JSON has it: text, since readers of JSON may not keep all of its digits. */
export function int64Text(value: number): string {
  return String(value)
}

function titled(title: string | undefined, text: string, { headings, color }: TableStyle): string {
  return title === undefined || !headings ? text : `${emphasised(title, color)}\n${text}`
}
