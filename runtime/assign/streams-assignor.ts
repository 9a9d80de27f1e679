/**
 * The assignor that an application's instances use in the group protocol: whole tasks, cooperatively.
 *
 * A task is one partition number of all topics of its sub-topology, so the partitions of a task always go together.
 * Each member sends a fingerprint of its topology; members whose fingerprint differs from the leader's get no tasks
 * and are told so: two different applications under one id would otherwise read each other's topics and state.
 *
 * A task that moves is given to nobody in the round that takes it from its owner: the owner commits, gives it up and joins
 * again, and the next round gives it away. Whoever got it in the same round would start from what was committed before.
 */
import { partitionKey, type TopicPartition } from '../../src/base/topic-partition.ts'
import { utf8Bytes, utf8Slice } from '../../src/base/text.ts'
import type { Assignor, AssignorMember, AssignorView, MemberAssignment } from '../client/assignor.ts'
import { assignTasks } from './sticky-tasks.ts'

/** A sub-topology as the assignor sees it. */
export interface AssignableSubtopology {
  readonly id: number
  /** Names as on the broker. */
  readonly sourceTopics: readonly string[]
  /** Whether a topic that is not among them belongs to it too. */
  readonly matches?: (topic: string) => boolean
}

/** What a member says of itself when it joins. */
export interface MemberUserData {
  readonly version: 1
  readonly fingerprint: string
}

/** What the leader says to a member. */
export interface AssignmentUserData {
  readonly version: 1
  readonly error?: 'TOPOLOGY_MISMATCH' | undefined
}

export function encodeUserData(userData: MemberUserData | AssignmentUserData): Uint8Array {
  return utf8Bytes(JSON.stringify(userData))
}

/** What was sent, or `undefined` for nothing, or for something that is not ours. */
export function decodeUserData<T extends MemberUserData | AssignmentUserData>(
  bytes: Uint8Array | null,
): T | undefined {
  if (bytes === null || bytes.length === 0) return undefined
  try {
    return JSON.parse(utf8Slice(bytes, 0, bytes.length)) as T
  } catch {
    // Another application's assignor under our group id: the caller treats it as a mismatch.
    return undefined
  }
}

/** The partitions of each task, by task id. */
export function tasksOf(
  subtopologies: readonly AssignableSubtopology[],
  partitionCounts: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly TopicPartition[]> {
  const tasks = new Map<string, TopicPartition[]>()
  for (const { id, sourceTopics, matches } of subtopologies)
    for (const topic of topicsOf(sourceTopics, matches, partitionCounts))
      for (let partition = 0; partition < (partitionCounts.get(topic) ?? 0); partition++) {
        const task = `${id}_${partition}`
        const partitions = tasks.get(task)
        if (partitions === undefined) tasks.set(task, [{ topic, partition }])
        else partitions.push({ topic, partition })
      }
  return tasks
}

function topicsOf(
  sourceTopics: readonly string[],
  matches: AssignableSubtopology['matches'],
  known: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const matched = matches === undefined ? [] : [...known.keys()].filter(topic => matches(topic)).toSorted()
  return new Set([...sourceTopics, ...matched])
}

export function streamsAssignor(
  subtopologies: readonly AssignableSubtopology[],
  fingerprint: string,
): Assignor {
  return {
    name: 'millrace-streams',
    rebalance: 'cooperative',
    assign: view => assign(view, subtopologies, fingerprint),
  }
}

function assign(
  { members, partitionCounts }: AssignorView,
  subtopologies: readonly AssignableSubtopology[],
  fingerprint: string,
): ReadonlyMap<string, MemberAssignment> {
  const tasks = tasksOf(subtopologies, partitionCounts)
  const taskOfPartition = new Map<string, string>()
  for (const [task, partitions] of tasks)
    for (const { topic, partition } of partitions) taskOfPartition.set(partitionKey(topic, partition), task)
  const alike = members.filter(
    ({ userData }) => decodeUserData<MemberUserData>(userData)?.fingerprint === fingerprint,
  )
  // Of all members: one that is refused has to give up first too.
  const ownerOf = taskOwners(members, taskOfPartition)
  const dealt = assignTasks(
    [...tasks.keys()],
    alike.map(({ memberId }) => {
      return { memberId, owned: [...ownerOf].flatMap(([task, owner]) => (owner === memberId ? task : [])) }
    }),
  )
  const refusal = { partitions: [], userData: encodeUserData({ version: 1, error: 'TOPOLOGY_MISMATCH' }) }
  const consent = encodeUserData({ version: 1 })
  return new Map(
    members.map(({ memberId }) => {
      const own = dealt.get(memberId)
      if (own === undefined) return [memberId, refusal]
      const free = own.filter(task => (ownerOf.get(task) ?? memberId) === memberId)
      return [memberId, { partitions: free.flatMap(task => tasks.get(task)!), userData: consent }]
    }),
  )
}

/** Who runs each task: of several that say so, who came to own it in the latest generation. */
function taskOwners(
  members: readonly AssignorMember[],
  taskOfPartition: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const owners = new Map<string, { readonly memberId: string; readonly generation: number }>()
  for (const { memberId, owned, ownedGeneration: generation } of members)
    for (const { topic, partition } of owned) {
      const task = taskOfPartition.get(partitionKey(topic, partition))
      if (task === undefined) continue
      const rival = owners.get(task)
      if (rival === undefined || rival.generation < generation) owners.set(task, { memberId, generation })
    }
  return new Map([...owners].map(([task, { memberId }]) => [task, memberId]))
}
