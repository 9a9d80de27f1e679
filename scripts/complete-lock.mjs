/**
 * Adds to package-lock.json the optional packages of other platforms that npm has left out.
 *
 *   npm install --package-lock-only --ignore-scripts && node scripts/complete-lock.mjs
 *
 * npm writes an optional package into the lock only if the registry at hand has its manifest. A registry that mirrors this
 * platform alone makes a lock that `npm ci` then refuses as incomplete. The versions are those that the lock's own
 * packages ask for; there is no checksum for what could not be seen.
 */
import { readFileSync, writeFileSync } from 'node:fs'

const file = new URL('../package-lock.json', import.meta.url)
const lock = JSON.parse(readFileSync(file, 'utf8'))
const systems = [
  'darwin',
  'linux',
  'win32',
  'freebsd',
  'android',
  'openharmony',
  'aix',
  'sunos',
  'netbsd',
  'openbsd',
]
const processors = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'wasm32',
  'mips64el',
]

let added = 0
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`
    if (lock.packages[key] !== undefined || lock.packages[`${path}/${key}`] !== undefined) continue
    const words = name.split(/[/-]/)
    const os = words.find(word => systems.includes(word))
    const cpu = words.find(word => processors.includes(word))
    if (os === undefined && cpu === undefined) throw new Error(`${name}: which platform is it for?`)
    const libc = words.some(word => word.startsWith('musl'))
      ? 'musl'
      : words.some(word => word.startsWith('gnu'))
        ? 'glibc'
        : undefined
    lock.packages[key] = {
      version: version.replace(/^[^0-9]*/, ''),
      ...(cpu && { cpu: [cpu] }),
      ...(dev && { dev }),
      ...(libc && { libc: [libc] }),
      optional: true,
      ...(os && { os: [os] }),
    }
    added += 1
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(file, `${JSON.stringify({ ...lock, packages: sorted }, undefined, 2)}\n`)
console.log(`${added} packages of other platforms added`)
