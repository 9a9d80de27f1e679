/** A broker that is killed as it answers the end of a transaction has written the markers before anybody waits (issue 5). */
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { freePort } from './free-port.ts'
import { transactionEnds } from './transaction-ends.ts'

const main = fileURLToPath(new URL('../../dist/runtime/cli/main.js', import.meta.url))

it.each(['process', 'power'])(
  'kill -9 upon the answer to EndTxn leaves no reader waiting, durability %s',
  async durability => {
    const seed = Date.now() % 1_000_000
    const result = await transactionEnds({
      main,
      directory: await temporaryDirectory(),
      port: await freePort(),
      kills: 3,
      seed,
      properties: [`durability=${durability}`],
    })
    expect({ seed, anomalies: result.anomalies }).toEqual({ seed, anomalies: [] })
  },
  120_000,
)
