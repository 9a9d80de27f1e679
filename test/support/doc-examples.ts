/** Finds the examples in documentation: fenced `ts` blocks of Markdown and of `@example` in comments. */

export interface DocExample {
  readonly path: string
  /** Of the opening fence, from 1. */
  readonly line: number
  readonly code: string
}

/** The examples of a file that import something: what does not is a fragment, such as a signature. */
export function docExamples(path: string, text: string): DocExample[] {
  const examples: DocExample[] = []
  const lines = text.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const fence = /^(\s*\*\s)?```ts\s*$/.exec(lines[index]!)
    if (fence === null) continue
    const start = index + 1
    const code: string[] = []
    for (index += 1; index < lines.length && !/^(\s*\*\s)?```\s*$/.test(lines[index]!); index++)
      code.push(fence[1] === undefined ? lines[index]! : lines[index]!.replace(/^\s*\* ?/, ''))
    const joined = code.join('\n')
    if (joined.includes("from 'millrace")) examples.push({ path, line: start, code: `${joined}\n` })
  }
  return examples
}
