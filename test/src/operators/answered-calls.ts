/** Asynchronous calls that a test answers one by one, and the application that makes them. */
import { deferred, type Deferred } from '../../../src/base/deferred.ts'
import {
  defineApp,
  integer,
  string,
  topic,
  type App,
  type AsyncCallContext,
  type AsyncOptions,
} from '../../../src/index.ts'
import type { TestDriver } from '../../../src/testing/index.ts'

export const words = topic('words', { key: string(), value: string() })
export const loud = topic('loud', { key: string(), value: string() })
export const counts = topic('counts', { key: string(), value: integer() })

export type Call = (value: string, key: string, call: AsyncCallContext) => Promise<string>

export function app(call: Call, options: AsyncOptions<string> = {}): App {
  return defineApp({ id: 'loud', build: b => b.stream(words).mapValuesAsync(call, options).to(loud) })
}

/** Calls that wait until a test answers them, by value. */
export class Calls {
  readonly begun: string[] = []
  readonly signals = new Map<string, AbortSignal>()
  underWay = 0
  underWayMax = 0
  private readonly answers = new Map<string, Deferred<string>>()

  readonly call: Call = async (value, _key, { signal }) => {
    this.begun.push(value)
    this.signals.set(value, signal)
    this.underWayMax = Math.max(this.underWayMax, ++this.underWay)
    const answer = deferred<string>()
    this.answers.set(value, answer)
    try {
      return await answer.promise
    } finally {
      this.underWay--
    }
  }

  /** Answers a call, and lets the answer be noticed. */
  async answer(value: string): Promise<void> {
    this.answers.get(value)!.resolve(value.toUpperCase())
    for (let turn = 0; turn < 9; turn++) await Promise.resolve()
  }
}

/** Has the driver look for answers without waiting for those that are missing. */
export function look(driver: TestDriver): void {
  driver.advance(0)
}

export function sendAll(driver: TestDriver, values: readonly (readonly [string, string])[]): void {
  for (const [index, [key, value]] of values.entries()) driver.input(words).send(key, value, { at: index })
}

export function valuesOf(driver: TestDriver): string[] {
  return driver
    .output(loud)
    .readAll()
    .map(({ value }) => value)
}
