/** Picks the operator and the store of an aggregate of a stream: by key, by key and window, or by key and session. */
import { unreachable } from '../base/assert.ts'
import { sessionAggregate } from '../operators/session-aggregate.ts'
import { slidingAggregate } from '../operators/sliding-aggregate.ts'
import { streamAggregate } from '../operators/stream-aggregate.ts'
import { windowAggregate } from '../operators/window-aggregate.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import type { StoreDefinition } from '../topology/node.ts'
import { onCloseOf, sessionsStore, windowsStore } from './compile-closing-store.ts'
import { rowStore } from './compile-store.ts'
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
      const { windows, initial, retentionMs, late, idleMs } = node
      const onClose = onCloseOf(store, node)
      const { graceMs } = windows
      const definition = windowsStore(store, { windows, retentionMs, onClose: node.onClose })
      if (windows.kind === 'sliding') {
        return [slidingAggregate({ ...options, windows, initial, onClose, late, idleMs }), definition]
      }
      return [windowAggregate({ ...options, windows, graceMs, initial, onClose, late, idleMs }), definition]
    }
    case 'session-aggregate': {
      const { windows, initial, merge, retentionMs, late, idleMs } = node
      const onClose = onCloseOf(store, node)
      const definition = sessionsStore(store, { windows, retentionMs, onClose: node.onClose })
      return [sessionAggregate({ ...options, windows, initial, merge, onClose, late, idleMs }), definition]
    }
    default:
      return unreachable(node)
  }
}
