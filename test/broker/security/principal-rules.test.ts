/** Which user a certificate stands for. */
import { X509Certificate } from 'node:crypto'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readPrincipalRules, type PrincipalRules } from '../../../broker/security/principal-rules.ts'
import { subjectOf } from '../../../broker/security/distinguished-name.ts'
import { Certificates, noCertificates } from './certificates.ts'

const alice = 'CN=Alice,OU=Users,O=Millrace'

describe('ssl.principal.mapping.rules', () => {
  it.each([
    ['DEFAULT', alice],
    ['RULE:^CN=(.*?),OU=Users.*$/$1/,DEFAULT', 'Alice'],
    ['RULE:^CN=(.*?),OU=Users.*$/$1@$2/L', 'alice@$2'],
    ['RULE:^(?i)cn=(.*?),ou=.*$/$1/', 'Alice'],
    ['RULE:^CN=(?<user>\\p{Lu}\\p{L}+),.*$/\\$${user}\\/$2/', '$Alice/$2'],
    ['RULE:^CN=(.*?),.*$/$1/U', 'ALICE'],
    ['RULE:^CN=(.*?),OU=Services.*$/$1/, DEFAULT', alice],
    ['RULE:CN=/x/,DEFAULT', alice],
    ['RULE:^CN=(.*?),OU=Services.*$/$1/', undefined],
  ])('%s', (text, user) => expect((readPrincipalRules(text) as PrincipalRules)(alice)).toBe(user))

  it.each(['RULE', 'RULE:a/b', 'RULE:a/b/X', 'DEFAULT DEFAULT', 'RULE:(/b/', 'RULE:^CN=(.++)/$1/'])(
    'refuses %j',
    text => expect(readPrincipalRules(text)).toHaveProperty('refusal'),
  )
})

describe.skipIf(noCertificates !== undefined)('a distinguished name', () => {
  it.each([
    ['/O=Millrace/OU=Users/CN=Alice', alice],
    ['/O=a, b/OU=x+CN=y', String.raw`CN=y+OU=x,O=a\, b`],
    ['/DC=org/UID=7/street=Road 1/ST=S/L=T/C=CH', 'C=CH,L=T,ST=S,STREET=Road 1,UID=7,DC=org'],
    ['/CN= a=b#"<>; ', String.raw`CN=\ a\=b\#\"\<\>\;\ `],
    ['/CN=x/emailAddress=a@b', '1.2.840.113549.1.9.1=#1603614062,CN=x'],
    ['/serialNumber=12/CN=x', 'CN=x,2.5.4.5=#13023132'],
  ])('%s is written as Java does', (subject, written) => {
    const certificates = new Certificates()
    onTestFinished(() => certificates.close())
    const { cert } = certificates.selfSigned('named', subject)
    expect(subjectOf(new X509Certificate(cert).raw)).toBe(written)
  })
})
