/**
 * Reads the text of a Java properties file: `key=value`, `key: value` or `key value` a line, `#` and `!` comments, a backslash
 * at the end of a line continues it, and `\t \n \r \f \\ \uXXXX` are escapes (java.util.Properties).
 */

/** The entries in order; of a key that is there twice the last value counts. */
export function readProperties(text: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const { line } of logicalLines(text)) {
    const end = keyEnd(line)
    const rest = line.slice(end).replace(/^\s*[=:]?\s*/, '')
    entries.set(unescape(line.slice(0, end)), unescape(rest))
  }
  return entries
}

/** In which line each key is, from 1; of one that is there twice the last, which counts. */
export function propertyLines(text: string): ReadonlyMap<string, number> {
  return new Map(
    logicalLines(text).map(({ line, number }) => [unescape(line.slice(0, keyEnd(line))), number]),
  )
}

function keyEnd(line: string): number {
  const separator = /(?<!\\)(?:\\\\)*[=:\s]/.exec(line)
  return separator === null ? line.length : separator.index + separator[0].length - 1
}

/** Lines without comments, continued ones as one, leading space taken off; and where each begins. */
function logicalLines(text: string): { readonly line: string; readonly number: number }[] {
  const lines: { line: string; number: number }[] = []
  let continued: string | undefined
  let number = 0
  for (const [index, natural] of text.split(/\r\n|\r|\n/).entries()) {
    const line = natural.replace(/^[ \t\f]+/, '')
    if (continued === undefined && (line === '' || line.startsWith('#') || line.startsWith('!'))) continue
    if (continued === undefined) number = index + 1
    const whole: string = (continued ?? '') + line
    const trailing = /\\*$/.exec(whole)![0].length
    if (trailing % 2 === 1) {
      continued = whole.slice(0, -1)
      continue
    }
    lines.push({ line: whole, number })
    continued = undefined
  }
  if (continued !== undefined) lines.push({ line: continued, number })
  return lines
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['t', '\t'],
  ['n', '\n'],
  ['r', '\r'],
  ['f', '\f'],
])

function unescape(text: string): string {
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, code: string | undefined, other: string) =>
    code === undefined ? (escapes.get(other) ?? other) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}
