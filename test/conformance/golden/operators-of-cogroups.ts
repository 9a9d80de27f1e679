/** Declares the operators that are called on cogrouped streams. */
import { named, storeOf, text, versionedOf, type Operator, type OperatorTable } from './operator.ts'
import { mergeOf, sessionsOf, windows } from './operators-of-groups.ts'
import type { NodeSpec } from './scenario.ts'

const options = (node: NodeSpec) => ({
  initial: (): unknown => node.init,
  ...named(node),
  ...storeOf(node),
  ...(node.retention === undefined ? {} : { retention: node.retention }),
  value: text,
})

const windowedBy: Operator<'cogrouped'> = {
  makes: 'windowedCogrouped',
  declare: ({ window }, { cogrouped }) => {
    const windowed =
      window!.type === 'session'
        ? cogrouped.windowedBy(sessionsOf(window!))
        : cogrouped.windowedBy(windows.get(window!.type!)!(window!))
    return [{ kind: 'windowedCogrouped', cogrouped: windowed, windowedKeys: true }]
  },
}

export const operatorsOfCogroups: OperatorTable<'cogrouped'> = new Map<string, Operator<'cogrouped'>>([
  ['windowedBy', windowedBy],
  [
    'aggregate',
    {
      makes: 'table',
      declare: (node, { cogrouped, windowedKeys }) => [
        {
          kind: 'table',
          table: cogrouped.aggregate({ ...options(node), ...versionedOf(node) }),
          windowedKeys,
        },
      ],
    },
  ],
])

export const operatorsOfWindowedCogroups: OperatorTable<'windowedCogrouped'> = new Map([
  [
    'aggregate',
    {
      makes: 'table',
      declare: (node, { cogrouped }) => [
        {
          kind: 'table',
          table: cogrouped.aggregate({ ...options(node), ...mergeOf(node) }) as never,
          windowedKeys: true,
        },
      ],
    } satisfies Operator<'windowedCogrouped'>,
  ],
])
