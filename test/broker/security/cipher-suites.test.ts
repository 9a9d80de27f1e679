/** Java's names of cipher suites are OpenSSL's suites, and what cannot be is told. */
import { getCiphers } from 'node:tls'
import { expect, it } from 'vitest'
import { cipherSuiteNames, opensslCiphers } from '../../../broker/security/cipher-suites.ts'

it('knows suites that OpenSSL has, each by one name', () => {
  const { ciphers } = opensslCiphers(cipherSuiteNames, ['TLSv1.2', 'TLSv1.3']) as { ciphers: string }
  const names = ciphers.split(':')
  expect(new Set(names).size).toBe(cipherSuiteNames.length)
  expect(names.filter(name => !getCiphers().includes(name.toLowerCase()))).toEqual([])
})

it('leaves out those of versions that are not spoken, and refuses a list of nothing else', () => {
  const names = ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256']
  expect(opensslCiphers(names, ['TLSv1.3'])).toEqual({
    ciphers: 'TLS_AES_128_GCM_SHA256',
    versions: ['TLSv1.3'],
  })
  expect(opensslCiphers(names, ['TLSv1.2'])).toMatchObject({ ciphers: 'AES128-GCM-SHA256' })
  expect(opensslCiphers(names.slice(0, 1), ['TLSv1.2', 'TLSv1.3'])).toMatchObject({ versions: ['TLSv1.2'] })
  expect(opensslCiphers(names.slice(1), ['TLSv1.2'])).toEqual({ refusal: 'has no suite of TLSv1.2' })
  expect(opensslCiphers([], ['TLSv1.2'])).toMatchObject({ ciphers: undefined })
})
