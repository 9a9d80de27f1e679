/** Certificates for tests, made by OpenSSL: an authority, a broker's for localhost, and clients'. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const openssl = '/usr/bin/openssl'

/** Why certificates cannot be made here; `undefined` if they can. */
export const noCertificates: string | undefined = existsSync(openssl) ? undefined : `${openssl} is not there`

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** A folder of certificates, removed by `close`. */
export class Certificates {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'millrace-tls-'))
  readonly authority: KeyPair

  constructor() {
    this.#run(
      'req',
      '-x509',
      ...this.#newKey('ca'),
      '-subj',
      '/CN=Test authority',
      '-days',
      '2',
      '-out',
      'ca.pem',
    )
    this.authority = this.#read('ca')
  }

  /** A certificate that the authority vouches for; `subject` as OpenSSL writes it. */
  issue(name: string, subject: string): KeyPair {
    writeFileSync(join(this.directory, 'names.txt'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    this.#run('req', ...this.#newKey(name), '-subj', subject, '-out', `${name}.csr`)
    const signing = [
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names.txt',
    ]
    this.#run('x509', '-req', '-in', `${name}.csr`, ...signing, '-out', `${name}.pem`)
    return this.#read(name)
  }

  /** A certificate that nobody vouches for. */
  selfSigned(name: string, subject: string): KeyPair {
    this.#run('req', '-x509', ...this.#newKey(name), '-subj', subject, '-days', '2', '-out', `${name}.pem`)
    return this.#read(name)
  }

  /** A PKCS#12 store with what was issued as `name`. */
  pkcs12(name: string, password: string): string {
    const store = join(this.directory, `${name}.p12`)
    const content = ['-in', `${name}.pem`, '-inkey', `${name}.key`, '-passout', `pass:${password}`]
    this.#run('pkcs12', '-export', ...content, '-out', store)
    return store
  }

  /** Writes a file, and answers its path. */
  file(name: string, text: string): string {
    const path = join(this.directory, name)
    writeFileSync(path, text)
    return path
  }

  close(): void {
    rmSync(this.directory, { recursive: true })
  }

  #newKey(name: string): string[] {
    return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`]
  }

  #read(name: string): KeyPair {
    const read = (ending: string) => readFileSync(join(this.directory, name + ending), 'utf8')
    return { cert: read('.pem'), key: read('.key') }
  }

  #run(...args: readonly string[]): void {
    execFileSync(openssl, args, { cwd: this.directory, stdio: 'pipe' })
  }
}
