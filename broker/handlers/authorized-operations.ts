/** The bit fields of operations that a client may do; without access control, all that the resource has (KIP-430). */

/** What the field holds when the client did not ask. */
export const operationsNotAsked: number = -(2 ** 31)

const read = 3
const write = 4
const create = 5
const remove = 6
const alter = 7
const describe = 8
const clusterAction = 9
const describeConfigs = 10
const alterConfigs = 11
const idempotentWrite = 12

export const topicOperations: number = bits(
  read,
  write,
  create,
  remove,
  alter,
  describe,
  describeConfigs,
  alterConfigs,
)
export const groupOperations: number = bits(read, remove, describe, describeConfigs, alterConfigs)
export const clusterOperations: number = bits(
  create,
  alter,
  describe,
  clusterAction,
  describeConfigs,
  alterConfigs,
  idempotentWrite,
)

function bits(...operations: readonly number[]): number {
  return operations.reduce((field, operation) => field | (1 << operation), 0)
}
