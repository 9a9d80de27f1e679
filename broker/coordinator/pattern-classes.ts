/** The classes of units that patterns name: `\d`, `[:alpha:]`, `\p{Greek}`. */
import type { UnitTest } from './step-matcher.ts'

const perlClasses: Readonly<Record<string, RegExp>> = {
  d: /^[0-9]$/,
  w: /^[0-9A-Za-z_]$/,
  s: /^[\t\n\f\r ]$/,
}

/** What `\d`, `\w`, `\s` and their opposites stand for; `undefined` of other letters. */
export function perlClass(letter: string): UnitTest | undefined {
  const small = letter.toLowerCase()
  const units = Object.hasOwn(perlClasses, small) ? perlClasses[small] : undefined
  return units === undefined ? undefined : unit => units.test(unit) === (letter === small)
}

export function isWordUnit(unit: string | undefined): boolean {
  return unit !== undefined && perlClasses['w']!.test(unit)
}

const posixClasses: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /^[0-9A-Za-z]$/],
  ['alpha', /^[A-Za-z]$/],
  ['ascii', /^\p{ASCII}$/u],
  ['blank', /^[\t ]$/],
  ['cntrl', /^(?=\p{ASCII})\p{Cc}$/u],
  ['digit', /^[0-9]$/],
  ['graph', /^[!-~]$/],
  ['lower', /^[a-z]$/],
  ['print', /^[ -~]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['space', /^[\t\n\v\f\r ]$/],
  ['upper', /^[A-Z]$/],
  ['word', /^[0-9A-Za-z_]$/],
  ['xdigit', /^[0-9A-Fa-f]$/],
])

/** What `[:name:]` or, with `^` before the name, its opposite stands for; `undefined` of other names. */
export function posixClass(name: string): UnitTest | undefined {
  const isOpposite = name.startsWith('^')
  const units = posixClasses.get(isOpposite ? name.slice(1) : name)
  return units === undefined ? undefined : unit => units.test(unit) !== isOpposite
}

/** What `\p{name}` stands for: a general category, a script, or `Any`; `undefined` of other names. */
export function unicodeClass(name: string): UnitTest | undefined {
  if (name === 'Any') return () => true
  const isCategory = /^[CLMNPSZ][a-z]?$/.test(name)
  if (!isCategory && !/^[A-Z][A-Za-z_]{2,}$/.test(name)) return undefined
  try {
    const units = new RegExp(isCategory ? `^\\p{${name}}$` : `^\\p{Script=${name}}$`, 'u')
    return unit => units.test(unit)
  } catch {
    // JavaScript knows no such property.
    return undefined
  }
}
