/** Which of the protocols that members bring a group speaks: one that all have, and of those the one that most prefer. */
import type { JoinGroupRequestProtocol } from '../../../src/protocol/messages/11-join-group.ts'

/** What one member brings, in the order of its preference. */
export type Protocols = readonly JoinGroupRequestProtocol[]

/** How many members bring each name. */
export type Votes = ReadonlyMap<string, number>

/** The protocol's name; `undefined` if the members have none in common. */
export function chosenProtocol(brought: readonly Protocols[], votes: Votes): string | undefined {
  const ballots = new Map<string, number>()
  for (const protocols of brought) {
    const choice = protocols.find(({ name }) => votes.get(name) === brought.length)
    if (choice !== undefined) ballots.set(choice.name, (ballots.get(choice.name) ?? 0) + 1)
  }
  let selected: string | undefined
  let most = 0
  for (const [name, count] of ballots) {
    if (count > most) [selected, most] = [name, count]
  }
  return selected
}

/** Counts them anew, where no group keeps them. */
export function votesOf(brought: Iterable<Protocols>): Votes {
  const votes = new Map<string, number>()
  for (const protocols of brought) {
    for (const name of namesOf(protocols)) votes.set(name, (votes.get(name) ?? 0) + 1)
  }
  return votes
}

/** The names, each once. */
export function namesOf(protocols: Protocols): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { name } of protocols) names.add(name)
  return names
}

/** Whether both bring the same names in the same order. */
export function sameNames(left: Protocols, right: Protocols): boolean {
  return left.length === right.length && left.every(({ name }, index) => name === right[index]!.name)
}
