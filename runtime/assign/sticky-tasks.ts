/**
 * Deals tasks out to the members of an application: evenly, and moving as few as can be.
 *
 * A pure function of a plain view. Each member keeps what it owns up to its share, of each sub-topology first as many as
 * is its share of that one; what is left over goes to the members with the fewest tasks, first those that run fewer tasks
 * of the same sub-topology: so each sub-topology, with its load and its state, is spread too. Ties are broken by member id: every leader computes the same.
 */

/** A member, and the tasks that it runs. */
export interface TaskOwner {
  readonly memberId: string
  readonly owned: readonly string[]
}

/** The tasks of each member, by member id; every task is somebody's. */
export function assignTasks(
  tasks: readonly string[],
  owners: readonly TaskOwner[],
): ReadonlyMap<string, readonly string[]> {
  const members = owners.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1))
  const result = new Map<string, string[]>(members.map(({ memberId }) => [memberId, []]))
  if (members.length === 0) return result
  const share = Math.floor(tasks.length / members.length)
  let extra = tasks.length - share * members.length
  const left = new Set(tasks)
  const fair = (task: string): number => Math.ceil(countOf(tasks, subtopologyOf(task)) / members.length)
  for (const { memberId, owned } of members)
    for (const task of byRank(owned.toSorted(compareTasks), fair)) {
      const kept = result.get(memberId)!
      if (!left.has(task) || kept.length > share) continue
      if (kept.length === share) {
        if (extra === 0) continue
        extra -= 1
      }
      kept.push(task)
      left.delete(task)
    }
  for (const task of [...left].sort(compareTasks)) {
    const subtopology = subtopologyOf(task)
    const target = members.reduce((best, member) => {
      const [a, b] = [result.get(best.memberId)!, result.get(member.memberId)!]
      const difference = b.length - a.length || countOf(b, subtopology) - countOf(a, subtopology)
      return difference < 0 ? member : best
    })
    result.get(target.memberId)!.push(task)
  }
  return result
}

/** The tasks; at the end those that are more than the fair number of their sub-topology. */
function byRank(tasks: readonly string[], fair: (task: string) => number): readonly string[] {
  const seen = new Map<string, number>()
  const within: string[] = []
  const beyond: string[] = []
  for (const task of tasks) {
    const rank = (seen.get(subtopologyOf(task)) ?? 0) + 1
    seen.set(subtopologyOf(task), rank)
    ;(rank <= fair(task) ? within : beyond).push(task)
  }
  return [...within, ...beyond]
}

function countOf(tasks: readonly string[], subtopology: string): number {
  return tasks.filter(task => subtopologyOf(task) === subtopology).length
}

function subtopologyOf(task: string): string {
  return task.slice(0, task.indexOf('_'))
}

/** By sub-topology, then by partition, as numbers. */
export function compareTasks(a: string, b: string): number {
  const [leftTopology, leftPartition] = a.split('_').map(Number)
  const [rightTopology, rightPartition] = b.split('_').map(Number)
  return leftTopology! - rightTopology! || leftPartition! - rightPartition!
}
