/**
 * `branch`: splits a stream by predicates, first match first.
 *
 * Children are called after the splitter and their own names, as in Kafka; the rest, its default branch, is `0`. It
 * is declared when `rest` is first read, so that a topology has no node for records that nobody wants.
 */
import { misuse } from '../base/misuse.ts'
import { declaredAt } from '../base/declared-at.ts'
import type { AnyPredicate } from './function-types.ts'
import { checkFunction } from './argument-checks.ts'
import type { AnyStream, Dsl, StreamState } from './handle.ts'
import type { BranchOptions } from './options.ts'

/** A branch of the list form. */
interface BranchEntry {
  readonly name?: string
  readonly when: AnyPredicate
}

/** The streams of an object of predicates, by their names, and `rest`. */
export function branchByName(
  dsl: Dsl,
  parent: StreamState,
  predicates: Readonly<Record<string, AnyPredicate>>,
  options: BranchOptions | undefined,
): object {
  const names = Object.keys(predicates)
  if (names.includes('rest'))
    throw misuse(`branch: 'rest' is the branch of what no predicate accepts`, {
      fix: 'name the branch otherwise',
    })
  const numeric = names.find(name => /^\d+$/.test(name))
  if (numeric !== undefined) {
    throw misuse(`branch: '${numeric}' cannot name a branch: JavaScript moves number keys to the front`, {
      fix: 'give the branch a name that is no number, or take the list form',
    })
  }
  const entries = names.map(name => ({ name, when: predicates[name]! }))
  const { streams, rest } = split(dsl, parent, entries, options)
  const byName = Object.fromEntries(names.map((name, index) => [name, streams[index]!]))
  return Object.defineProperty(byName, 'rest', { get: rest })
}

/** The streams of a list of branches, in its order, and `rest`. */
export function branchByList(
  dsl: Dsl,
  parent: StreamState,
  entries: readonly BranchEntry[],
  options: BranchOptions | undefined,
): object {
  const { streams, rest } = split(dsl, parent, entries, options)
  return Object.defineProperty([...streams], 'rest', { get: rest })
}

function split(
  { plan, stream }: Dsl,
  parent: StreamState,
  entries: readonly BranchEntry[],
  options: BranchOptions | undefined,
): { readonly streams: readonly AnyStream[]; readonly rest: () => AnyStream } {
  if (entries.length === 0) throw misuse('branch: expected at least one predicate')
  for (const { when } of entries) checkFunction(when, 'branch')
  const splitter = plan.add({
    kind: 'branch',
    name: plan.processorName('KSTREAM-BRANCH-', options?.name),
    declaredAt: declaredAt(),
    parent: parent.node,
    predicates: Object.freeze(entries.map(({ when }) => when)),
  })
  const addChild = (suffix: string): AnyStream => {
    const name = plan.processorName('', splitter.name + suffix)
    const node = plan.add({ kind: 'branch-child', name, declaredAt: declaredAt(), parent: splitter })
    return stream({ ...parent, node })
  }
  const streams = entries.map(({ name }, index) => addChild(name ?? String(index + 1)))
  let restStream: AnyStream | undefined
  return { streams, rest: () => (restStream ??= addChild(options?.restName ?? '0')) }
}
