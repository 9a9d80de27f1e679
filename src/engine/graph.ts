/**
 * Compiles the nodes of a sub-topology into connected receivers.
 *
 * It also finds out what each source must do for the nodes below it: whether a sink may write the original bytes, and
 * whether anybody looks at the value (`valueUse`). A value is left undecoded only on internal topics, which the
 * application wrote itself: on others, one that cannot be read must be noticed.
 */
import { StreamsError } from '../base/errors.ts'
import type { SourceNode, TopologyNode } from '../topology/node.ts'
import type { AsyncNode } from './async-nodes.ts'
import { ProcessorRunner } from './processor-runner.ts'
import { Children, type Receiver } from './receiver.ts'
import { SinkWriter } from './sink-writer.ts'
import { SourceReader, type SourceUse } from './source-reader.ts'
import type { TaskScope } from './task-scope.ts'

/** A compiled source: how its records are read, and where they go. */
export interface CompiledSource {
  readonly reader: SourceReader
  readonly children: Children
}

export interface CompiledGraph {
  readonly sources: readonly CompiledSource[]
  /** In topological order. */
  readonly processors: readonly ProcessorRunner[]
  readonly sinks: readonly SinkWriter[]
  /** The processors with asynchronous work, in topological order. */
  readonly asynchronous: readonly AsyncNode[]
}

export function compileGraph(nodes: readonly TopologyNode[], scope: TaskScope): CompiledGraph {
  const processors: ProcessorRunner[] = []
  const sinks: SinkWriter[] = []
  const receivers = new Map<string, ProcessorRunner | SinkWriter>()
  const childrenOf = new Map<string, TopologyNode[]>()
  for (const node of nodes) {
    childrenOf.set(node.name, [])
    if (node.kind === 'source') continue
    for (const parent of node.parents) {
      const siblings = childrenOf.get(parent)
      if (siblings === undefined) throw notBefore(node.name, parent)
      siblings.push(node)
    }
    if (node.kind === 'processor') {
      const runner = new ProcessorRunner(node, scope)
      processors.push(runner)
      receivers.set(node.name, runner)
    } else {
      const writer = new SinkWriter(node, scope)
      sinks.push(writer)
      receivers.set(node.name, writer)
    }
  }
  const receiversOf = (name: string): Receiver[] =>
    childrenOf.get(name)!.map(child => receivers.get(child.name)!)
  for (const runner of processors) runner.children.connect(receiversOf(runner.name))
  const sources: CompiledSource[] = []
  for (const node of nodes) {
    if (node.kind !== 'source') continue
    const children = new Children(scope.freezes)
    children.connect(receiversOf(node.name))
    const use = sourceUse(node, childrenOf, receivers, scope)
    sources.push({ reader: new SourceReader(node, use), children })
  }
  const asynchronous = processors.flatMap(runner => {
    const { work } = runner.processor
    if (work === undefined) return []
    const below = reachable(runner.name, childrenOf).flatMap(({ name }) => {
      const receiver = receivers.get(name)
      return receiver instanceof ProcessorRunner ? (receiver.processor.work ?? []) : []
    })
    return { runner, work, below }
  })
  return { sources, processors, sinks, asynchronous }
}

function sourceUse(
  source: SourceNode,
  childrenOf: ReadonlyMap<string, readonly TopologyNode[]>,
  receivers: ReadonlyMap<string, ProcessorRunner | SinkWriter>,
  scope: TaskScope,
): SourceUse {
  const below = reachable(source.name, childrenOf)
  const readsValue = (name: string): boolean =>
    childrenOf.get(name)!.some(child => {
      const receiver = receivers.get(child.name)
      if (!(receiver instanceof ProcessorRunner)) {
        return (
          child.kind !== 'sink' ||
          !Object.is(child.valueSerde, source.valueSerde) ||
          typeof child.topic !== 'string'
        )
      }
      const { valueUse = 'read' } = receiver.processor
      return valueUse === 'read' || (valueUse === 'pass' && readsValue(child.name))
    })
  const internal =
    source.pattern === undefined && source.topics.every(topic => scope.topicName(topic) !== topic)
  return {
    origin: below.some(
      node =>
        node.kind === 'sink' &&
        (Object.is(node.keySerde, source.keySerde) || Object.is(node.valueSerde, source.valueSerde)),
    ),
    value: !internal || source.timestamp !== undefined || readsValue(source.name),
  }
}

/** All nodes below a node, each once. */
function reachable(
  name: string,
  childrenOf: ReadonlyMap<string, readonly TopologyNode[]>,
): readonly TopologyNode[] {
  const found = new Set<TopologyNode>()
  const visit = (parent: string): void => {
    for (const child of childrenOf.get(parent)!) {
      if (found.has(child)) continue
      found.add(child)
      visit(child.name)
    }
  }
  visit(name)
  return [...found]
}

function notBefore(node: string, parent: string): StreamsError {
  return new StreamsError('MR-1001', {
    what: `'${node}' comes before its parent '${parent}', or the parent is in another sub-topology`,
  })
}
