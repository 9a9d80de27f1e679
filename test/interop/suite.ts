/** Leads one client through the scenario against a broker in a process of its own, or says why it is not there. */
import { afterAll, beforeAll, describe, it } from 'vitest'
import { BrokerProcess } from './broker-process.ts'
import type { Client, Found } from './client.ts'
import { Judge } from './judge.ts'
import { steps, type Stage } from './scenario.ts'

export interface FurtherStep<C extends Client> {
  readonly name: string
  readonly run: (stage: Stage & { readonly client: C }) => Promise<void>
}

export interface Subject<C extends Client> {
  readonly name: string
  readonly found: Found<(address: string) => Promise<C>>
  /** Steps that this client cannot do, and why. */
  readonly without?: Readonly<Record<string, string>>
  /** What only this client can show. */
  readonly further?: readonly FurtherStep<C>[]
}

export function leadThroughScenario<C extends Client>({
  name,
  found,
  without = {},
  further = [],
}: Subject<C>): void {
  if ('missing' in found) {
    console.info(`interop: ${name} is skipped: ${found.missing}`)
    describe(name, () => it.skip(`is led through the scenario (${found.missing})`, () => undefined))
    return
  }
  const unknown = Object.keys(without).filter(left => !steps.some(step => step.name === left))
  if (unknown.length > 0)
    throw new Error(`${name} leaves out steps that there are not: ${unknown.join(', ')}`)
  describe(`${name} ${found.version}`, () => {
    let broker: BrokerProcess
    let client: C
    let judge: Judge
    beforeAll(async () => {
      broker = await BrokerProcess.start()
      judge = new Judge(broker.address)
      await judge.connect()
      client = await found.client(broker.address)
    }, 60_000)
    afterAll(async () => {
      await client?.close()
      await judge?.close()
      await broker?.stop()
    }, 30_000)
    for (const step of [...steps, ...further]) {
      const reason = without[step.name]
      if (reason !== undefined) {
        it.skip(`${step.name} (${reason})`, () => undefined)
        continue
      }
      const stageName = `${name} ${step.name}`.replaceAll(/\W+/g, '-')
      it(step.name, () => step.run({ client, judge, name: stageName, address: broker.address }), 60_000)
    }
  })
}
