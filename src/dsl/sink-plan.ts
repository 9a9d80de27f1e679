/** Plans `to`: one topic, or the one that is chosen for each record. */
import { declaredAt } from '../base/declared-at.ts'
import type { StreamNode } from '../plan/node.ts'
import type { Plan } from '../plan/plan.ts'
import type { TopicNameExtractor } from '../topology/node.ts'
import { checkFunction, checkOptions, checkTopic } from './argument-checks.ts'
import type { SinkOptions } from './options.ts'
import type { DynamicTopic, SinkTopic } from './topic.ts'

export function planSink(
  plan: Plan,
  parent: StreamNode,
  target: SinkTopic<unknown, unknown> | DynamicTopic<unknown, unknown>,
  options: SinkOptions = {},
): void {
  checkTopic(target, 'to')
  checkOptions(options, 'to')
  if ('name' in target) plan.declareTopic(target)
  plan.add({
    kind: 'sink',
    name: plan.processorName('KSTREAM-SINK-', options.name),
    declaredAt: declaredAt(),
    parent,
    topic: 'name' in target ? target.name : extractorOf(target),
    keySerde: target.key,
    valueSerde: target.value,
    partitioner: options.partitioner,
  })
}

function extractorOf({ choose, describeAs }: DynamicTopic<unknown, unknown>): TopicNameExtractor {
  checkFunction(choose, 'to')
  return {
    describeAs: describeAs ?? choose.name,
    extract: (key, value, context) => choose(value, key, context),
  }
}
