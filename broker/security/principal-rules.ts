/**
 * `ssl.principal.mapping.rules`: which user a certificate stands for.
 *
 *     RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/L,RULE:^CN=(.*?)$/$1/,DEFAULT
 *
 * The first rule whose pattern matches the whole distinguished name counts; `$1` is what a group of it matched, `${user}` a group
 * with a name, `\$` a dollar; L and U make the result lower or upper case, and DEFAULT is the name as it is. Where none matches the
 * connection is refused. Patterns are Java's: `(?i)` at the beginning and classes such as `\p{L}` are taken too, what else this
 * engine does not know is refused as it starts.
 */

interface Rule {
  readonly pattern: RegExp
  readonly replacement: string
  readonly letters: string
}

/** Answers the user of a distinguished name; `undefined` if no rule takes it. */
export type PrincipalRules = (distinguishedName: string) => string | undefined

const rulePattern = /\s*(?:(DEFAULT)|RULE:((?:\\.|[^\\/])*)\/((?:\\.|[^\\/])*)\/([LU]?))\s*(?:,|$)/y

/** Reads the rules, or says what is wrong. */
export function readPrincipalRules(text: string): PrincipalRules | { readonly refusal: string } {
  const rules: Rule[] = []
  rulePattern.lastIndex = 0
  while (rulePattern.lastIndex < text.length) {
    const at = rulePattern.lastIndex
    const [found, isDefault, pattern, replacement, letters] = rulePattern.exec(text) ?? []
    if (found === undefined) {
      return { refusal: `has no rule "DEFAULT" or "RULE:pattern/replacement/[LU]" at letter ${at}` }
    }
    if (isDefault !== undefined) {
      rules.push({ pattern: /^.*$/s, replacement: '', letters: 'DEFAULT' })
      continue
    }
    try {
      rules.push({
        pattern: compiled(pattern!.replaceAll('\\/', '/')),
        replacement: replacement!,
        letters: letters!,
      })
    } catch (error) {
      return { refusal: `has a pattern that cannot be read: ${(error as Error).message}` }
    }
  }
  return distinguishedName => apply(rules, distinguishedName)
}

function compiled(pattern: string): RegExp {
  const caseless = /^\^?\(\?i\)/.test(pattern)
  const body = caseless ? pattern.replace('(?i)', '') : pattern
  // Only where it is needed: with it, a needless backslash is an error.
  const unicode = /\\[pP]\{/.test(body)
  return new RegExp(`^(?:${body})$`, `s${caseless ? 'i' : ''}${unicode ? 'u' : ''}`)
}

function apply(rules: readonly Rule[], distinguishedName: string): string | undefined {
  for (const { pattern, replacement, letters } of rules) {
    const groups = pattern.exec(distinguishedName)
    if (groups === null) continue
    if (letters === 'DEFAULT') return distinguishedName
    const name = filled(replacement, groups)
    if (letters === 'L') return name.toLowerCase()
    return letters === 'U' ? name.toUpperCase() : name
  }
  return undefined
}

/** As Java replaces; what names no group stays as it is. */
function filled(replacement: string, groups: RegExpExecArray): string {
  return replacement.replaceAll(
    /\\(.)|\$(\d)|\$\{(\w+)\}/gs,
    (all: string, escaped?: string, digit?: string, name?: string) => {
      if (escaped !== undefined) return escaped
      if (digit !== undefined) return Number(digit) < groups.length ? (groups[Number(digit)] ?? '') : all
      const named = groups.groups ?? {}
      return Object.hasOwn(named, name!) ? (named[name!] ?? '') : all
    },
  )
}
