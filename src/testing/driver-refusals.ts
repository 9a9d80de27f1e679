/** What the test driver refuses, with the code, the reason and what to do instead. */
import { StreamsError } from '../base/errors.ts'
import type { ApplicationState } from './driver-state.ts'

/** MR-6101: the application does not run, so nothing can be asked of it. */
export function notRunning(app: string, state: ApplicationState, failure: unknown): StreamsError {
  if (state === 'closed')
    return new StreamsError('MR-6101', {
      what: `the driver of app '${app}' is closed`,
      why: 'A closed driver has closed its processors and lost its stores.',
      fix: 'use the driver before the end of its `using` block, or make a new one with testDriver(app)',
    })
  return new StreamsError('MR-6101', {
    what:
      state === 'crashed'
        ? `app '${app}' does not run: the application has crashed`
        : `app '${app}' does not run: the application has stopped with an error`,
    why: 'Its stores went with it; what was committed is in its topics.',
    fix: 'call driver.restart() first',
    ...(failure === undefined ? {} : { cause: failure }),
  })
}

/** MR-6111: a commit is asked for that would have to wait. */
export function callsUnderWay(app: string): StreamsError {
  return new StreamsError('MR-6111', {
    what: `app '${app}' has asynchronous calls under way, so it cannot be committed`,
    why: 'What is committed must have its result.',
    fix: 'await driver.settled() before driver.commit()',
  })
}

/** MR-2001: a topic that the application does not read, or does not write. */
export function unknownTopic(options: {
  readonly app: string
  readonly topic: string
  readonly verb: 'read' | 'write'
  readonly known: readonly string[]
  /** The topics of the other direction. */
  readonly others: readonly string[]
}): StreamsError {
  const { app, topic, verb, known, others } = options
  const other = verb === 'read' ? 'output' : 'input'
  return new StreamsError('MR-2001', {
    what: `app '${app}' does not ${verb} a topic called '${topic}'`,
    why: `It ${verb}s: ${known.map(name => `'${name}'`).join(', ') || 'none'}.`,
    fix: others.includes(topic)
      ? `'${topic}' is one that it ${verb === 'read' ? 'writes' : 'reads'}: driver.${other}(...) has it`
      : 'name one of these, or have the application use the topic',
    retriable: false,
  })
}

/** MR-6102, MR-6103: there is no such store, or one of another kind. */
export function unknownStore(options: {
  readonly app: string
  readonly name: string
  readonly kind: string
  /** The stores of the application. */
  readonly stores: readonly { readonly name: string; readonly kind: string }[]
  /** The method of the driver for each kind. */
  readonly methods: Readonly<Record<string, string>>
}): StreamsError {
  const { app, name, kind, stores, methods } = options
  const found = stores.find(store => store.name === name)
  if (found !== undefined) {
    const method = methods[found.kind]
    return new StreamsError('MR-6103', {
      what: `app '${app}' has no ${kind} store '${name}': '${name}' is a ${found.kind} store`,
      fix:
        method === undefined
          ? 'it belongs to an operator and cannot be looked into'
          : `driver.${method}('${name}')`,
    })
  }
  const known = stores.map(store => `'${store.name}' (${store.kind})`).join(', ') || 'none'
  return new StreamsError('MR-6102', {
    what: `app '${app}' has no ${kind} store '${name}'; it has: ${known}`,
    fix: 'stores are called what the operator that keeps them was told; driver.describe() lists them by node',
  })
}
