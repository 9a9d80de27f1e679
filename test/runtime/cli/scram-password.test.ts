/** How a password is given on the command line. */
import { describe, expect, it } from 'vitest'
import { scramPassword } from '../../../runtime/cli/scram-password.ts'

describe('--add-scram', () => {
  it.each([
    ['SCRAM-SHA-256=[name=alice,password=secret]', 'SCRAM-SHA-256', 'alice', undefined, 'secret'],
    ['SCRAM-SHA-512=[name=a.b,iterations=8192,password=x,y]=]', 'SCRAM-SHA-512', 'a.b', 8192, 'x,y]='],
  ])('takes %s', (text, mechanism, user, iterations, password) =>
    expect(scramPassword(text)).toEqual({ mechanism, user, iterations, password }),
  )
  it.each([
    'PLAIN=[name=a,password=b]',
    'SCRAM-SHA-256=[name=a]',
    'SCRAM-SHA-256=[name=,password=b]',
    'SCRAM-SHA-256=name=a,password=b',
    'SCRAM-SHA-256=[name=a,iterations=10,password=b]',
  ])('refuses %s, and does not repeat the password', text =>
    expect(() => scramPassword(text)).toThrow(/^MR-6201(?!.*password=b\])/),
  )
})
