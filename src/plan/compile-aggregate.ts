/** Picks the operator and the store of an aggregate of a stream: by key, by key and window, or by key and session. */
import { unreachable } from '../base/assert.ts'
import { sessionAggregate } from '../operators/session-aggregate.ts'
import { slidingAggregate } from '../operators/sliding-aggregate.ts'
import { streamAggregate } from '../operators/stream-aggregate.ts'
import { windowAggregate } from '../operators/window-aggregate.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { rowStore, sessionStore, windowStore } from './compile-store.ts'
import type { SessionAggregateNode, StreamAggregateNode, WindowAggregateNode } from './node.ts'

type AggregateNode = StreamAggregateNode | WindowAggregateNode | SessionAggregateNode

export function compileAggregate(
  node: AggregateNode,
  sendOldValues: boolean,
): readonly [ProcessorSupplier, StoreDefinition] {
  const { store, add, readsValue } = node
  const options = { store: store.name, add, readsValue, sendOldValues }
  switch (node.kind) {
    case 'stream-aggregate':
      return [streamAggregate({ ...options, initial: node.initial, expiry: store.expiry }), rowStore(store)]
    case 'window-aggregate': {
      const { windows, initial, retentionMs } = node
      const onClose = node.onClose ? { keySerde: store.keySerde } : undefined
      const { sizeMs, graceMs } = windows
      const definition = { ...windowStore(store, sizeMs, retentionMs), walkable: node.onClose }
      if (windows.kind === 'sliding') {
        return [slidingAggregate({ ...options, windows, initial, onClose }), definition]
      }
      return [windowAggregate({ ...options, windows, graceMs, initial, onClose }), definition]
    }
    case 'session-aggregate': {
      const { windows, initial, merge, retentionMs } = node
      const onClose = node.onClose ? { keySerde: store.keySerde } : undefined
      const definition = { ...sessionStore(store, retentionMs), walkable: node.onClose }
      return [sessionAggregate({ ...options, windows, initial, merge, onClose }), definition]
    }
    default:
      return unreachable(node)
  }
}
