/** Rows as columns of plain text, for people: no boxes, so that they can be cut and searched with the usual tools. */

export interface Column<Row> {
  readonly heading: string
  /** `undefined` is shown as `-`. */
  readonly cell: (row: Row) => string | number | undefined
  /** Numbers stand best at the right. */
  readonly align?: 'right'
  /** Left out of `table`, shown in `wide`. */
  readonly wide?: boolean
}

/** How tables look. */
export interface TableStyle {
  readonly wide: boolean
  readonly headings: boolean
  /** Headings in bold, on a terminal. */
  readonly color: boolean
}

/** The text of a table, each line ended. Nothing but its headings if there are no rows. */
export function tableOf<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { wide, headings, color }: TableStyle,
): string {
  const shown = columns.filter(column => wide || column.wide !== true)
  const cells = rows.map(row => shown.map(({ cell }) => visible(String(cell(row) ?? '-'))))
  const widths = shown.map(({ heading }, index) =>
    Math.max(headings ? heading.length : 0, ...cells.map(line => line[index]!.length)),
  )
  const lineOf = (texts: readonly string[]): string =>
    texts
      .map((text, index) =>
        shown[index]!.align === 'right' ? text.padStart(widths[index]!) : text.padEnd(widths[index]!),
      )
      .join('  ')
      .trimEnd()
  const lines = cells.map(lineOf)
  if (headings) lines.unshift(emphasised(lineOf(shown.map(({ heading }) => heading)), color))
  return lines.map(line => `${line}\n`).join('')
}

/** Pairs of a name and what belongs to it, one a line. */
export function pairsOf(
  pairs: readonly (readonly [name: string, value: string | number | undefined])[],
): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${visible(String(value ?? '-'))}\n`).join('')
}

/** Bold, on a terminal. */
export function emphasised(text: string, color: boolean): string {
  return color ? `\u001B[1m${text}\u001B[22m` : text
}

/**
 * Text without what a terminal would obey: client ids, metadata and keys are written by strangers, and an escape sequence among
 * them could hide or rewrite what is shown beside it.
 */
export function visible(text: string): string {
  return text.replaceAll(
    // oxlint-disable-next-line no-control-regex -- they are what is looked for.
    /[\u0000-\u001F\u007F-\u009F]/g,
    control => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
