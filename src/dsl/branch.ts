/** `branch`: splits a stream by predicates into an object of streams, first match first. */
import { declaredAt } from '../plan/declared-at.ts'
import type { AnyPredicate } from './function-types.ts'
import { checkFunction, type AnyStream, type Dsl, type StreamState } from './handle.ts'
import type { NamedOptions } from './options.ts'

/**
 * Children are called after the splitter and their own names, as in Kafka; the rest is `0`, Kafka's default branch.
 */
export function branchStream(
  { plan, stream }: Dsl,
  parent: StreamState,
  predicates: Readonly<Record<string, AnyPredicate>>,
  options: NamedOptions | undefined,
): Record<string, AnyStream> {
  const names = Object.keys(predicates)
  if (names.length === 0) throw new TypeError('branch: expected at least one predicate')
  if (names.includes('rest')) throw new TypeError(`branch: 'rest' is the branch of what no predicate accepts`)
  for (const name of names) checkFunction(predicates[name], `branch: ${name}`)
  const splitterName = plan.processorName('KSTREAM-BRANCH-', options?.name)
  const children = [...names, '0'].map(name => plan.processorName('', splitterName + name))
  const splitter = plan.add({
    kind: 'branch',
    name: splitterName,
    declaredAt: declaredAt(),
    parent: parent.node,
    predicates: Object.freeze(names.map(name => predicates[name]!)),
    children: Object.freeze(children),
  })
  const streams = children.map(name => {
    const node = plan.add({ kind: 'branch-child', name, declaredAt: declaredAt(), parent: splitter })
    return stream({ ...parent, node })
  })
  const branches: Record<string, AnyStream> = {}
  for (const [index, name] of [...names, 'rest'].entries()) branches[name] = streams[index]!
  return branches
}
