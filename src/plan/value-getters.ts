/** How the current rows of a table are read: in its store, or computed from the rows of the table above. */
import { unreachable } from '../base/assert.ts'
import { bufferValueGetter } from '../operators/buffer-value-getter.ts'
import { tableJoinValueGetter } from '../operators/table-join.ts'
import { transformValuesGetter } from '../operators/table-transform-values.ts'
import { transformerGetter } from '../operators/table-transformer.ts'
import {
  filterValueGetter,
  mapValuesValueGetter,
  sessionValueGetter,
  storeValueGetter,
  windowValueGetter,
  type ValueGetterSupplier,
} from '../operators/value-getter.ts'
import type { CogroupWindows } from './cogroup-windows.ts'
import type { TableNode } from './node.ts'

export function valueGetterOf(table: TableNode): ValueGetterSupplier {
  switch (table.kind) {
    case 'table-source':
    case 'to-table':
    case 'foreign-key-join':
    case 'stream-aggregate':
    case 'table-aggregate':
      return storeValueGetter(table.store.name)
    case 'cogroup-fold':
      return cogroupValueGetter(table.into.name, table.windowed)
    case 'cogroup':
      return cogroupValueGetter(table.store.name, table.windowed)
    case 'window-aggregate':
      return windowValueGetter(table.store.name)
    case 'session-aggregate':
      return sessionValueGetter(table.store.name)
    case 'suppress':
      return bufferValueGetter(valueGetterOf(table.parent), table.buffer.name)
    case 'table-filter':
      if (table.store !== undefined) return storeValueGetter(table.store.name)
      return filterValueGetter(valueGetterOf(table.parent), table.predicate, table.negate)
    case 'table-join': {
      if (table.store !== undefined) return storeValueGetter(table.store.name)
      const { parents, type, joiner } = table
      const [left, right] = [valueGetterOf(parents[0]), valueGetterOf(parents[1])]
      return tableJoinValueGetter({ left, right, type, joiner })
    }
    case 'table-transform-values':
      if (table.store !== undefined) return storeValueGetter(table.store.name)
      return typeof table.fn === 'function'
        ? transformValuesGetter(valueGetterOf(table.parent), table.fn)
        : transformerGetter(valueGetterOf(table.parent), table.fn)
    case 'table-map-values':
      if (table.store !== undefined) return storeValueGetter(table.store.name)
      return mapValuesValueGetter(valueGetterOf(table.parent), table.fn)
    default:
      return unreachable(table)
  }
}

function cogroupValueGetter(store: string, windowed: CogroupWindows | undefined): ValueGetterSupplier {
  if (windowed === undefined) return storeValueGetter(store)
  return windowed.kind === 'session' ? sessionValueGetter(store) : windowValueGetter(store)
}
