/** Plans the trip through a repartition topic that keyed operators need after the key was changed. */
import { declaredAt } from '../base/declared-at.ts'
import type { RepartitionNode, StreamNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import { json } from '../serdes/json.ts'
import type { Serde } from '../serdes/serde.ts'
import { isGeneratedRepartitionName, repartitionTopicName } from '../topology/names.ts'
import type { StreamPartitioner } from '../topology/node.ts'
import { requireKeySerde } from './store-plan.ts'

interface RepartitionRequest {
  readonly parent: StreamNode
  /** The name of the grouping, join or store; the topic is called `<prefix>-repartition`. */
  readonly prefix: string
  /** Whether somebody gave that name. */
  readonly named: boolean
  /** Whether `repartition` asks for it. Default false. */
  readonly forced?: boolean
  readonly keySerde: Serde<unknown> | undefined
  readonly valueSerde: Serde<unknown> | undefined
  readonly operator: string
  readonly partitions?: number | undefined
  readonly partitioner?: StreamPartitioner | undefined
}

/** Makes the node without adding it; three indexes are taken whatever the nodes are called (semantics N1). */
export function planRepartition(plan: Plan, request: RepartitionRequest): RepartitionNode {
  const { parent, prefix, named, forced = false, operator, partitions, partitioner } = request
  const topic = repartitionTopicName(prefix)
  const generated = {
    sinkName: plan.processorName('KSTREAM-SINK-'),
    filterName: plan.processorName('KSTREAM-FILTER-'),
    name: plan.processorName('KSTREAM-SOURCE-'),
  }
  const names = isGeneratedRepartitionName(prefix)
    ? generated
    : { sinkName: `${topic}-sink`, filterName: `${topic}-filter`, name: `${topic}-source` }
  return {
    kind: 'repartition',
    ...names,
    declaredAt: declaredAt(),
    parent,
    topic,
    named,
    forced,
    keySerde: requireKeySerde(request.keySerde, operator),
    valueSerde: request.valueSerde ?? json<unknown>(),
    partitions,
    partitioner,
  }
}
