/**
 * Which tables keep versions of their rows (semantics V8): those whose own store does, and those that keep no rows of
 * their own and compute each from one row of a table that does. Whatever else makes a table makes one of latest rows.
 */
import { unreachable } from '../base/assert.ts'
import { StreamsError } from '../base/errors.ts'
import type { KeptVersions } from './node-base.ts'
import type { TableNode } from './node.ts'

/** Whether a table's rows can be looked up as they were, and its changes may come late. */
export function keepsVersions(table: TableNode): boolean {
  return versionsOf(table) !== undefined
}

/** Refuses a `suppress` of a table that keeps versions, with MR-1101. */
export function checkSuppressed(table: TableNode, place: string | undefined): void {
  if (!keepsVersions(table)) return
  throw new StreamsError('MR-1101', {
    what: `suppress: '${table.name}' keeps versions`,
    where: place,
    why: 'The last change that came, which suppress would hold back, need not be the latest version.',
    fix: 'keep plain rows in between: give the filter or mapping above a store without versioned',
  })
}

/** Refuses, with MR-1102, a join whose records wait longer than the table knows its versions. */
export function checkGrace(
  table: TableNode,
  graceMs: number,
  operator: string,
  place: string | undefined,
): void {
  const versions = versionsOf(table)
  if (versions !== undefined && versions.historyMs >= graceMs) return
  throw new StreamsError('MR-1102', {
    what:
      versions === undefined
        ? `${operator} with grace: table '${table.name}' keeps no versions`
        : `${operator} with a grace of ${graceMs} ms: table '${table.name}' keeps its versions for ${versions.historyMs} ms`,
    where: place,
    why: 'A record that has waited is joined with the row as it was at its time.',
    fix: `give the table a store with versioned, of at least the grace: { store: 'prices', versioned: '1h' }`,
  })
}

function versionsOf(table: TableNode): KeptVersions | undefined {
  switch (table.kind) {
    case 'table-filter':
    case 'table-map-values':
    case 'table-transform-values':
      return table.store === undefined ? versionsOf(table.parent) : table.store.versions
    case 'cogroup-fold':
      return table.into.versions
    case 'suppress':
      return undefined
    case 'table-source':
    case 'to-table':
    case 'stream-aggregate':
    case 'window-aggregate':
    case 'session-aggregate':
    case 'table-aggregate':
    case 'table-join':
    case 'foreign-key-join':
    case 'cogroup':
      return table.store?.versions
    default:
      return unreachable(table)
  }
}
