/** Plans a `suppress`: how long rows wait, how many may, and the store that keeps them. */
import { misuse } from '../base/misuse.ts'
import { toMilliseconds } from '../base/duration.ts'
import type { Suppression } from '../operators/suppress.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { TableNode } from '../plan/node.ts'
import { checkSuppressed } from '../plan/versions.ts'
import { windowGraceAbove } from '../plan/window-grace.ts'
import { validateName } from '../topology/names.ts'
import type { AnyTable, Dsl, TableState } from './handle.ts'
import { idleMsOf, type IdleOption } from './idle-option.ts'
import type { SuppressOptions } from './options.ts'
import { planStore } from './store-plan.ts'

const prefix = 'KTABLE-SUPPRESS-'

/** Takes the indexes in Kafka's order, node and store; a name takes the place of both. */
export function planSuppress(dsl: Dsl, table: TableState, options: SuppressOptions): AnyTable {
  const { plan } = dsl
  const { node: parent, keySerde, valueSerde } = table
  const place = declaredAt()
  checkSuppressed(parent, place)
  const suppression = suppressionOf(parent, options, place)
  const { name: given, logging = true } = options
  if (given !== undefined) validateName(given, 'an operator', place)
  const name = given ?? plan.processorName(prefix)
  const buffer = planStore(plan, {
    prefix,
    options: { logging, caching: false, ...(given === undefined ? {} : { store: `${given}-store` }) },
    keySerde,
    valueSerde,
    operator: 'suppress',
  })
  const node = plan.add({ kind: 'suppress', name, declaredAt: place, parent, buffer, suppression })
  return dsl.table({ ...table, node })
}

function suppressionOf(table: TableNode, options: SuppressOptions, place: string | undefined): Suppression {
  const { until, whenFull, maxRecords, maxBytes } = options
  const bounds = {
    recordsMax: boundOf(maxRecords, 'maxRecords'),
    bytesMax: boundOf(maxBytes, 'maxBytes'),
  }
  if (whenFull !== undefined && whenFull !== 'emit-early' && whenFull !== 'stop') {
    throw misuse(`suppress: whenFull must be 'emit-early' or 'stop', not ${JSON.stringify(whenFull)}`)
  }
  if (until !== 'window-close') {
    if ((options as IdleOption).idle !== undefined)
      throw misuse(`suppress: idle is for until 'window-close'`, { fix: 'leave idle out' })
    const delayMs = toMilliseconds(until, 'until')
    return Object.freeze({
      waitsFrom: 'first-update',
      delayMs,
      ...bounds,
      whenFull: whenFull ?? 'emit-early',
    })
  }
  if ((whenFull as string | undefined) === 'emit-early') {
    throw misuse(`suppress: until 'window-close' puts out final results only, so whenFull must be 'stop'`, {
      fix: `let whenFull be 'stop', or leave it out`,
    })
  }
  const delayMs = windowGraceAbove(table, place)
  return Object.freeze({
    waitsFrom: 'window-end',
    delayMs,
    ...bounds,
    whenFull: 'stop',
    idleMs: idleMsOf(options, 'suppress'),
  })
}

function boundOf(given: number | undefined, argument: string): number {
  if (given === undefined) return Infinity
  if (Number.isSafeInteger(given) && given >= 0) return given
  throw misuse(`suppress: ${argument} must be an integer of at least 0, not ${given}`)
}
