/**
 * Installs the Kafka clients that are judges of the broker (test/interop) and no dependencies of this project.
 *
 *   node scripts/interop-clients.mjs
 *
 * The npm packages go into `.interop`. Two of them are compiled as they are installed: a C++ compiler, Python and the
 * headers of OpenSSL and zlib must be there. What fails is told, and its test then says why it is skipped. kcat comes
 * from the system's packages (`apt-get install kcat`), the Java clients from Maven when their test runs first.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../.interop/', import.meta.url))
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('../.interop/package.json', import.meta.url), '{ "private": true }\n')

// Linked with the system's libraries: else it fetches their sources.
const environment = { ...process.env, CKJS_LINKING: 'dynamic' }

for (const name of ['@platformatic/kafka', 'node-rdkafka', '@confluentinc/kafka-javascript']) {
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', name], {
      cwd: folder,
      env: environment,
      stdio: 'inherit',
    })
    console.log(`${name}: installed`)
  } catch (error) {
    console.error(`${name}: not installed (${error.message})`)
  }
}
