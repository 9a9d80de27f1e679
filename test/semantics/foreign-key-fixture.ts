/** Two tables that are joined by a foreign key, for the tests of such joins: how they are declared, fed and read. */
import {
  defineApp,
  string,
  topic,
  type App,
  type ForeignKeyJoinOptions,
  type Serde,
} from '../../src/index.ts'
import { responseSerde, subscriptionSerde } from '../../src/operators/foreign-key-join/subscription.ts'
import type { TestDriver } from '../../src/testing/index.ts'

const text = string() as Serde<unknown>
export const left = topic('left', { key: string(), value: string() })
export const right = topic('right', { key: string(), value: string() })
export const out = topic('out', { key: string(), value: string() })
export const registrations = {
  name: 'app-fk-subscription-registration-topic',
  key: string(),
  value: subscriptionSerde(text),
}
export const responses = {
  name: 'app-fk-subscription-response-topic',
  key: string(),
  value: responseSerde(text),
}

export type Options = Partial<ForeignKeyJoinOptions<string, string, string, string>>
export type Operator = 'join' | 'leftJoin'
export type Sent = readonly [side: 'l' | 'r', key: string, value: string | null, at?: number]

/** The foreign key of a left row is the first character of its value; `-` stands for none. */
export const foreignKey = (value: string): string | undefined => (value[0] === '-' ? undefined : value[0])

export function appOf(operator: Operator, more: Options = {}): App {
  return defineApp({
    id: 'app',
    build(b) {
      const options = { on: foreignKey, name: 'fk', store: 'result', value: string(), ...more }
      const joined =
        operator === 'join'
          ? b.table(left).join(b.table(right), (l, r) => `${l}+${r}`, options)
          : b.table(left).leftJoin(b.table(right), (l, r) => `${l}+${r ?? 'nothing'}`, options)
      joined.toStream().to(out)
    },
  })
}

export function send(driver: TestDriver, sent: readonly Sent[]): void {
  for (const [side, key, value, at = 0] of sent)
    driver.input(side === 'l' ? left : right).send(key, value, { at })
}

/** What was put out since the last time, as `key=value@timestamp`; `-` is a tombstone. */
export function results(driver: TestDriver): readonly string[] {
  const rows = driver.output(out).readAll()
  return rows.map(({ key, value, timestamp }) => `${key}=${value ?? '-'}@${timestamp}`)
}

/** The subscriptions sent since the last time, as `foreign key:instruction:primary key`. */
export function subscriptions(driver: TestDriver): readonly string[] {
  const rows = driver.output(registrations).readAll()
  return rows.map(({ key, value }) => `${key ?? '-'}:${value.instruction}:${String(value.primaryKey)}`)
}

/** What was dropped, and why, as `node reason`. */
export function drops(driver: TestDriver): readonly string[] {
  return driver.drops().map(({ node, reason }) => `${node} ${reason}`)
}
