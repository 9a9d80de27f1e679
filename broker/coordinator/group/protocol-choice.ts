/** Which of the protocols that members bring a group speaks: one that all have, and of those the one that most prefer. */
import type { JoinGroupRequestProtocol } from '../../../src/protocol/messages/11-join-group.ts'

/** What one member brings, in the order of its preference. */
export type Protocols = readonly JoinGroupRequestProtocol[]

/** The protocol's name; `undefined` if the members have none in common. */
export function chosenProtocol(brought: Iterable<Protocols>): string | undefined {
  const all = [...brought]
  const counts = new Map<string, number>()
  for (const protocols of all) {
    for (const name of namesOf(protocols)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const ballots = new Map<string, number>()
  for (const protocols of all) {
    const choice = protocols.find(({ name }) => counts.get(name) === all.length)
    if (choice !== undefined) ballots.set(choice.name, (ballots.get(choice.name) ?? 0) + 1)
  }
  let selected: string | undefined
  let most = 0
  for (const [name, count] of ballots) {
    if (count > most) [selected, most] = [name, count]
  }
  return selected
}

/** The names, each once. */
export function namesOf(protocols: Protocols): ReadonlySet<string> {
  return new Set(protocols.map(({ name }) => name))
}
