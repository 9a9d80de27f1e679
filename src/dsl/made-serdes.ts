/** The serdes of the keys and values that an operator makes: those of its options, or what stands for them. */
import { string } from '../serdes/primitives.ts'
import type { Serde } from '../serdes/serde.ts'
import { checkSerde } from './argument-checks.ts'
import type { NamedOptions, ValueOptions } from './options.ts'

/** Options of the operators that make keys. */
export interface AnyKeyOptions extends NamedOptions {
  readonly key?: Serde<unknown>
}

/** Without a serde for them, new values go through topics of the application's own as JSON. */
export function valuesOf(
  options: ValueOptions<unknown> | undefined,
  operator: string,
): { valueSerde: Serde<unknown> | undefined } {
  checkSerde(options?.value, operator, 'value')
  return { valueSerde: options?.value }
}

/** Without a serde for them, new keys are strings. */
export function keysOf(
  options: AnyKeyOptions | undefined,
  operator: string,
): { keySerde: Serde<unknown>; rekeyed: true } {
  checkSerde(options?.key, operator, 'key')
  return { keySerde: options?.key ?? (string() as Serde<unknown>), rekeyed: true }
}
