/**
 * `ssl.principal.mapping.rules`: which user a certificate stands for.
 *
 *     RULE:^CN=(.*?),OU=ServiceUsers.*$/$1/L,RULE:^CN=(.*?)$/$1/,DEFAULT
 *
 * The first rule whose pattern matches the whole distinguished name counts; `$1` is what a group of it matched, L and U make
 * the result lower or upper case, and DEFAULT is the name as it is. Where none matches the connection is refused.
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
        pattern: new RegExp(`^(?:${pattern!.replaceAll('\\/', '/')})$`, 's'),
        replacement: replacement!.replaceAll('\\/', '/'),
        letters: letters!,
      })
    } catch (error) {
      return { refusal: `has a pattern that cannot be read: ${(error as Error).message}` }
    }
  }
  return distinguishedName => apply(rules, distinguishedName)
}

function apply(rules: readonly Rule[], distinguishedName: string): string | undefined {
  for (const { pattern, replacement, letters } of rules) {
    const groups = pattern.exec(distinguishedName)
    if (groups === null) continue
    if (letters === 'DEFAULT') return distinguishedName
    const name = replacement.replaceAll(/\$(\d)/g, (_all, group: string) => groups[Number(group)] ?? '')
    if (letters === 'L') return name.toLowerCase()
    return letters === 'U' ? name.toUpperCase() : name
  }
  return undefined
}
