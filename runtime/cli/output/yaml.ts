/** Data as YAML 1.2, as far as JSON goes: maps, lists, text, numbers, booleans and null. */

/** The YAML text of a value that `JSON.stringify` could take; ends with a line break. */
export function yamlOf(value: unknown): string {
  const lines = linesOf(value)
  return `${lines.join('\n')}\n`
}

function linesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return ['[]']
    return value.flatMap(item => prefixed('- ', linesOf(item)))
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined)
    if (entries.length === 0) return ['{}']
    return entries.flatMap(([key, item]) => entryLines(scalar(key), item))
  }
  return [scalar(value)]
}

/** What fits on the line of its key stands there; a map or list stands below, indented. */
function entryLines(key: string, item: unknown): readonly string[] {
  const lines = linesOf(item)
  const isBlock = typeof item === 'object' && item !== null && Object.keys(item).length > 0
  return isBlock ? [`${key}:`, ...lines.map(line => `  ${line}`)] : [`${key}: ${lines[0]}`]
}

function prefixed(prefix: string, lines: readonly string[]): readonly string[] {
  return lines.map((line, index) => (index === 0 ? prefix : ' '.repeat(prefix.length)) + line)
}

/** Text that no reader of YAML takes for anything else: letters first, and none of its words for booleans and null. */
const plain = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[A-Za-z_][\w./@ -]*(?<! )$/i

function scalar(value: unknown): string {
  if (typeof value === 'string') return plain.test(value) ? value : JSON.stringify(value)
  return value === undefined ? 'null' : JSON.stringify(value)
}
