/** The project's TypeScript files with what they import: what the tidy checks look at. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

export interface SourceFile {
  /** From the project's root, with forward slashes. */
  readonly path: string
  readonly text: string
}

/** Every TypeScript file below the roots. */
export function readSourceTree(roots: readonly string[]): SourceFile[] {
  return roots.flatMap(root =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.ts') && !file.startsWith('.generated'))
      .map(file => join(root, file))
      .sort()
      .map(path => ({ path, text: readFileSync(path, 'utf8') })),
  )
}

/**
 * What a file imports or exports from, types too, as written.
 *
 * Statements start in the first column, which is where the formatter puts them and where no comment has them.
 */
export function importsOf({ text }: SourceFile): string[] {
  const code = withoutComments(text)
  const statements = /^(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/gm
  const bare = /^import\s*['"]([^'"]+)['"]/gm
  const dynamic = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  const urls = /\bnew URL\(\s*['"](\.[^'"]+\.[jt]s)['"]\s*,\s*import\.meta\.url/g
  return [statements, bare, dynamic, urls].flatMap(pattern =>
    [...code.matchAll(pattern)].map(match => match[1]!),
  )
}

/** The paths of the project's own files that a file imports. */
export function localImportsOf(file: SourceFile): string[] {
  return importsOf(file)
    .filter(target => target.startsWith('.'))
    .map(target => normalize(join(dirname(file.path), target)).replace(/\.js$/, '.ts'))
}

/**
 * The text with comments blanked and line numbers kept. Comments are whole lines, or stand after code and a space:
 * the formatter and the house style leave no other kind.
 */
export function withoutComments(text: string): string {
  let inBlock = false
  const lines = text.split('\n').map(line => {
    const trimmed = line.trimStart()
    if (inBlock) {
      if (trimmed.includes('*/')) inBlock = false
      return ''
    }
    if (trimmed.startsWith('/*')) {
      inBlock = !trimmed.includes('*/')
      return inBlock ? '' : line.replace(/\/\*.*?\*\//g, '')
    }
    if (trimmed.startsWith('//')) return ''
    return line.replace(/\s\/\/ .*$/, '').replace(/\s\/\*\* .*? \*\//g, '')
  })
  return lines.join('\n')
}
