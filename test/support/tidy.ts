/**
 * The rules of the source tree as functions from files to complaints: which folder may import which, no cycles, no
 * clock or chance or I/O in the core, sizes, names, and a first sentence for every file.
 */
import { layerOf, layers } from './layers.ts'
import { importsOf, localImportsOf, withoutComments, type SourceFile } from './source-tree.ts'

/** What is wrong, as `path: why` or `path:line: why`. */
type Complaint = string

/** Imports that point where the table does not allow. */
export function layerComplaints(files: readonly SourceFile[]): Complaint[] {
  return files.flatMap(file => {
    const layer = layerOf(file.path)
    if (layer === undefined) return [`${file.path}: its folder is not in the table of layers`]
    const allowed = [layer, ...layers[layer]!]
    return localImportsOf(file).flatMap(target => {
      const targetLayer = layerOf(target)
      if (targetLayer !== undefined && allowed.includes(targetLayer)) return []
      return [`${file.path}: imports ${target}, which ${layer} may not`]
    })
  })
}

/** The folders of the core that compute with packages and modules of Node; a browser leaves them out. */
const withPackages = ['src/avro/', 'src/codecs/']

function isPure({ path }: SourceFile): boolean {
  return path.startsWith('src/') && !withPackages.some(folder => path.startsWith(folder))
}

/** Packages and Node modules where there must be none, and doors that do not exist. */
export function packageComplaints(files: readonly SourceFile[]): Complaint[] {
  const doors = ['millrace', 'millrace/avro', 'millrace/runtime', 'millrace/broker', 'millrace/testing']
  return files.flatMap(file =>
    importsOf(file).flatMap(target => {
      if (target.startsWith('.')) return []
      if (isPure(file)) {
        return [`${file.path}: the core imports ${target}`]
      }
      if (!/^millrace(\/|$)/.test(target)) return []
      if (!file.path.startsWith('examples/')) return [`${file.path}: imports its own package by name`]
      return doors.includes(target) ? [] : [`${file.path}: ${target} is no door`]
    }),
  )
}

/** Rings of imports, each once, by the path that closes it. */
export function cycleComplaints(files: readonly SourceFile[]): Complaint[] {
  const targets = new Map(files.map(file => [file.path, localImportsOf(file)]))
  const done = new Set<string>()
  const trail: string[] = []
  const complaints: Complaint[] = []
  const visit = (path: string) => {
    if (done.has(path)) return
    const start = trail.indexOf(path)
    if (start >= 0) {
      complaints.push(`${path}: imports itself: ${[...trail.slice(start), path].join(' → ')}`)
      return
    }
    trail.push(path)
    for (const target of targets.get(path) ?? []) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const path of targets.keys()) visit(path)
  return complaints
}

const impure: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/\bDate\.now\b|\bnew Date\(\)|\bperformance\b\./, 'reads a clock'],
  [/\bMath\.random\b|\bcrypto\b\./, 'rolls a die'],
  [/\bset(Timeout|Interval|Immediate)\b/, 'sets a timer'],
  [/\bconsole\./, 'prints'],
  [/\bprocess\.|\brequire\(|(\bawait|\breturn|=)\s+fetch\(/, 'reaches for the platform'],
]

/** Clock, chance and I/O in the core; `Buffer` outside the one file that hides it. */
export function purityComplaints(files: readonly SourceFile[]): Complaint[] {
  const pure = files.filter(isPure)
  return pure.flatMap(({ path, text }) => {
    const patterns =
      path === 'src/base/text.ts' ? impure : [...impure, [/\bBuffer\b[.(]/, 'uses Buffer'] as const]
    return linesOf(withoutComments(text)).flatMap(([number, line]) =>
      patterns.filter(([pattern]) => pattern.test(line)).map(([, what]) => `${path}:${number}: ${what}`),
    )
  })
}

export const linesMax = 400
export const functionLinesMax = 70

/** Files and functions that are too long. */
export function lengthComplaints(files: readonly SourceFile[]): Complaint[] {
  return files.flatMap(({ path, text }) => {
    const count = text.trimEnd().split('\n').length
    const complaints = count > linesMax ? [`${path}: ${count} lines, at most ${linesMax}`] : []
    return path.startsWith('test/') ? complaints : [...complaints, ...longFunctions(path, text)]
  })
}

/** What opens the body of a function in formatted code: a name with parentheses, or an arrow, and a brace. */
const functionOpening =
  /(^\s*(?!if|for|while|switch|catch|return|throw)[\w\s#*<>,[\].]+\(.*\).*\{$)|(^\s*\).*\{$)|(=> \{$)/
const blockOpening = /^\s*(\} )?(if|else|for|while|switch|try|catch|do|class|interface|type|namespace)\b/

/** The formatter closes a body at the indentation that it was opened at. */
function longFunctions(path: string, text: string): Complaint[] {
  const lines = withoutComments(text).split('\n')
  return lines.flatMap((line, index) => {
    if (!functionOpening.test(line) || blockOpening.test(line)) return []
    const indentation = line.length - line.trimStart().length
    const end = lines.findIndex(
      (candidate, at) =>
        at > index &&
        candidate.length - candidate.trimStart().length === indentation &&
        /^\s*\}/.test(candidate),
    )
    const count = end - index + 1
    return count > functionLinesMax
      ? [`${path}:${index + 1}: a function of ${count} lines, at most ${functionLinesMax}`]
      : []
  })
}

/** Files that do not open with a comment that starts with a sentence. */
export function headComplaints(files: readonly SourceFile[]): Complaint[] {
  return files.flatMap(({ path, text }) => {
    const head = /^(?:#!.*\n)?\/\*\*([\s\S]*?)\*\//.exec(text)?.[1]
    if (head === undefined) return [`${path}: does not open with a comment`]
    const sentence = /^[^]+?\.(?=\s|$)/.exec(head.replaceAll(/^\s*\* ?/gm, '').trim())?.[0]
    const words = sentence?.split(/\s+/).length ?? 0
    return words >= 3 ? [] : [`${path}: its first comment does not start with a sentence`]
  })
}

/** Written apart, so that this file does not hold what it looks for. */
const unfinished = new RegExp(
  `\\b(${['TO', 'FIX'].map((start, at) => start + ['DO', 'ME'][at]!).join('|')})\\b`,
)
const emptyWord = /(Impl|Manager|Helper|Utils?)(?![a-z])/
const declaration = /\b(?:class|interface|type|function|const|let)\s+(\w+)/g

/** Names that say nothing, and notes of unfinished work. */
export function wordComplaints(files: readonly SourceFile[]): Complaint[] {
  return files.flatMap(({ path, text }) => {
    const file = path.split('/').at(-1)!
    const complaints = /(^|-)(impl|manager|helpers?|utils?)[-.]/.test(file)
      ? [`${path}: a name that says nothing`]
      : []
    if (!/^[a-z0-9]+([-.][a-z0-9]+)*\.ts$/.test(file)) complaints.push(`${path}: not in kebab-case`)
    for (const [number, line] of linesOf(text)) {
      if (unfinished.test(line)) complaints.push(`${path}:${number}: unfinished`)
    }
    for (const [number, line] of linesOf(withoutComments(text))) {
      for (const [, name] of line.matchAll(declaration)) {
        if (emptyWord.test(name!)) complaints.push(`${path}:${number}: ${name} says nothing`)
      }
    }
    return complaints
  })
}

function linesOf(text: string): (readonly [number: number, line: string])[] {
  return text.split('\n').map((line, index) => [index + 1, line] as const)
}
