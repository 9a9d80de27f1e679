/** A store as a node sees it that may only read it: every method that writes is refused (MR-1601). */
import { StreamsError } from '../base/errors.ts'
import type { StateStore } from '../state/store.ts'
import type { FailingNode } from './failures.ts'

/** Of all kinds of stores. */
const writers = [
  'put',
  'delete',
  'hold',
  'release',
  'stage',
  'apply',
  'applied',
  'discard',
  'restore',
] as const

/** `store` with its writers refused; whatever it has learnt meanwhile is seen, because it is the same store. */
export function readOnly<S extends StateStore>(store: S, { name, declaredAt }: FailingNode): S {
  const reader = Object.create(store) as S
  const refuse = (): never => {
    throw new StreamsError('MR-1601', {
      what: `'${name}' writes to the store '${store.name}', which it may only read`,
      where: declaredAt,
      why: 'The store is made from a topic; after a restart it would not have what was written besides.',
      fix: 'write to the topic that the store is made from',
    })
  }
  for (const writer of writers) if (writer in store) Object.defineProperty(reader, writer, { value: refuse })
  return reader
}
