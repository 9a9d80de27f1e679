/** Which user a certificate stands for. */
import { describe, expect, it } from 'vitest'
import { readPrincipalRules, type PrincipalRules } from '../../../broker/security/principal-rules.ts'
import { distinguishedName } from '../../../broker/security/tls.ts'

const alice = 'CN=Alice,OU=Users,O=Millrace'

describe('ssl.principal.mapping.rules', () => {
  it.each([
    ['DEFAULT', alice],
    ['RULE:^CN=(.*?),OU=Users.*$/$1/,DEFAULT', 'Alice'],
    ['RULE:^CN=(.*?),OU=Users.*$/$1@$2/L', 'alice@'],
    ['RULE:^CN=(.*?),.*$/$1/U', 'ALICE'],
    ['RULE:^CN=(.*?),OU=Services.*$/$1/, DEFAULT', alice],
    ['RULE:CN=/x/,DEFAULT', alice],
    ['RULE:^CN=(.*?),OU=Services.*$/$1/', undefined],
  ])('%s', (text, user) => expect((readPrincipalRules(text) as PrincipalRules)(alice)).toBe(user))

  it.each(['RULE', 'RULE:a/b', 'RULE:a/b/X', 'DEFAULT DEFAULT', 'RULE:(/b/'])('refuses %j', text =>
    expect(readPrincipalRules(text)).toHaveProperty('refusal'),
  )
})

describe('a distinguished name', () => {
  it('is written as Java does: the innermost part first', () =>
    expect(distinguishedName('O=Millrace\nOU=Users\nCN=Alice')).toBe(alice))
  it('keeps parts of several values, and escapes', () =>
    expect(distinguishedName('O=a\\, b\nOU=x + CN=y')).toBe('OU=x+CN=y,O=a\\, b'))
})
