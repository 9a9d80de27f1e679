/**
 * Holds the public types against every TypeScript that is supported: 5.9, 6.0 and 7.0.
 *
 * Under each: the type tests (`test/types/*.test-d.ts`) compile; each misuse in `test/types/messages` is refused with the
 * words that its `says:` comment asks for; and what the compiler infers for the programs in `test/types/hovers` reads as
 * in the goldens there. Messages and hovers are looked at as a user sees them: through the built declarations in `dist`,
 * which are checked themselves on the way (`npm run build` comes first). `--update` writes the goldens anew.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const compilers = ['typescript-5.9', 'typescript-6.0', 'typescript']
const update = process.argv.includes('--update')

/** The output of one compiler for one project; its exit code says nothing that the output does not. */
async function tsc(compiler, ...options) {
  const program = join('node_modules', compiler, 'bin', 'tsc')
  try {
    return (await run(process.execPath, [program, '--pretty', 'false', ...options], { maxBuffer: 2 ** 26 }))
      .stdout
  } catch (error) {
    if (typeof error.stdout !== 'string' || error.stdout === '') throw error
    return error.stdout
  }
}

/** Diagnostics by place, each with the lines that explain it: `file(line,column): error TS1: text`. */
function diagnosticsOf(output) {
  const found = []
  for (const line of output.split('\n')) {
    const start = /^(.+?)\((\d+),\d+\): error (TS\d+: .*)$/.exec(line)
    if (start !== null) found.push({ file: start[1], line: Number(start[2]), text: start[3] })
    else if (line.startsWith('error ')) found.push({ file: '', line: 0, text: line })
    else if (found.length > 0) found.at(-1).text += `\n${line}`
  }
  return found
}

async function typeTests(compiler) {
  return diagnosticsOf(await tsc(compiler, '-p', 'test/types')).map(
    ({ file, line, text }) => `${file}:${line} ${text}`,
  )
}

/** What each `says:` comment expects of the line below it. */
function expectations(folder) {
  return readdirSync(folder)
    .filter(name => name.endsWith('.ts'))
    .flatMap(name => {
      const file = join(folder, name)
      return readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((text, index) => {
          const words = /^\s*\/\/ says: (.+)$/.exec(text)?.[1]
          return words === undefined ? [] : [{ file, line: index + 2, words: words.split(' | ') }]
        })
    })
}

async function messages(compiler) {
  const folder = 'test/types/messages'
  const expected = expectations(folder)
  const found = diagnosticsOf(await tsc(compiler, '-p', folder))
  const complaints = []
  for (const { file, line, words } of expected) {
    const text = found
      .filter(diagnostic => diagnostic.file === file && diagnostic.line === line)
      .map(({ text }) => text)
    if (text.length === 0) complaints.push(`${file}:${line} compiles`)
    for (const word of words) {
      if (text.length > 0 && !text.join('\n').includes(word)) {
        complaints.push(`${file}:${line} does not say ${JSON.stringify(word)} but:\n${text.join('\n')}`)
      }
    }
  }
  const places = new Set(expected.map(({ file, line }) => `${file}:${line}`))
  for (const { file, line, text } of found) {
    if (!places.has(`${file}:${line}`)) complaints.push(`${file}:${line} is not expected: ${text}`)
  }
  if (expected.length === 0) complaints.push(`${folder} expects nothing`)
  return complaints
}

/** A declaration as an editor shows it: names without the module they come from. Versions differ in their quotes. */
function readable(declaration) {
  return declaration.replaceAll('import("millrace").', '').replaceAll("'", '"')
}

async function hovers(compiler) {
  const folder = 'test/types/hovers'
  const target = mkdtempSync(join(tmpdir(), 'millrace-hovers-'))
  try {
    const output = await tsc(compiler, '-p', folder, '--outDir', target)
    const complaints = diagnosticsOf(output).map(({ file, line, text }) => `${file}:${line} ${text}`)
    for (const name of readdirSync(folder).filter(file => /(?<!\.d)\.ts$/.test(file))) {
      const golden = join(folder, name.replace(/\.ts$/, '.golden.txt'))
      const found = readable(readFileSync(join(target, name.replace(/\.ts$/, '.d.ts')), 'utf8'))
      if (update) writeFileSync(golden, found)
      else if (readFileSync(golden, 'utf8') !== found)
        complaints.push(`${golden}: the compiler says\n${found}`)
    }
    return complaints
  } finally {
    rmSync(target, { recursive: true, force: true })
  }
}

let failed = false
for (const compiler of compilers) {
  const { version } = JSON.parse(readFileSync(join('node_modules', compiler, 'package.json'), 'utf8'))
  for (const [what, check] of Object.entries({ 'type tests': typeTests, messages, hovers })) {
    const complaints = await check(compiler)
    console.log(
      `TypeScript ${version}, ${what}: ${complaints.length === 0 ? 'ok' : `${complaints.length} faults`}`,
    )
    for (const complaint of complaints) console.log(complaint.replaceAll(/^/gm, '  '))
    failed ||= complaints.length > 0
  }
}
process.exitCode = failed ? 1 : 0
