/** kcat is led through the scenario. */
import { expect } from 'vitest'
import { findKcat } from './kcat-client.ts'
import { messages } from './scenario.ts'
import { leadThroughScenario } from './suite.ts'

const noAdministration = 'kcat does not administer'
const oneTransaction = 'a transaction of kcat begins and ends with the end of its input'

leadThroughScenario({
  name: 'kcat',
  found: findKcat(),
  without: {
    'transactions, read both ways': oneTransaction,
    'offsets in transactions': 'kcat sends no offsets',
    'a zombie producer is fenced': oneTransaction,
    'creates, describes, alters, extends and deletes a topic': noAdministration,
    'deletes records': noAdministration,
    'lists, describes, resets and deletes groups': noAdministration,
  },
  further: [
    {
      name: 'its input is a transaction',
      run: async ({ judge, name, client }) => {
        await judge.createTopic(name, 1)
        await client.transaction(name, name, messages('a', 5))
        await client.transaction(name, name, messages('b', 5))
        expect(await client.read(name, { count: 10, committedOnly: true })).toHaveLength(10)
      },
    },
  ],
})
