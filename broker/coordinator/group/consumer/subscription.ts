/** Whether a member says anything new of itself. */
import { sameProtocols } from '../member.ts'
import type { ClassicTerms, MemberSubscription } from './records.ts'

/** Whether both say the same. */
export function sameSubscription(before: MemberSubscription, after: MemberSubscription): boolean {
  const { topicNames: _names, classic: _classic, ...rest } = after
  return (
    sameNames(before.topicNames, after.topicNames) &&
    sameTerms(before.classic, after.classic) &&
    (Object.keys(rest) as (keyof typeof rest)[]).every(key => before[key] === after[key])
  )
}

/** Whether both have the same names, in any order. */
export function sameNames(left: readonly string[], right: readonly string[]): boolean {
  if (left.length !== right.length) return false
  const names = new Set(left)
  return right.every(name => names.has(name))
}

interface Compared {
  readonly names: ReadonlySet<string>
  readonly same: WeakMap<readonly string[], boolean>
}

/** What was compared with names. Members are, with the first of their group, whenever anybody joins. */
const comparedWith = new WeakMap<readonly string[], Compared>()

/** `sameNames`, remembered. Neither has a name twice. */
export function sameNamesKnown(first: readonly string[], other: readonly string[]): boolean {
  if (first === other) return true
  if (first.length !== other.length) return false
  let compared = comparedWith.get(first)
  if (compared === undefined) {
    compared = { names: new Set(first), same: new WeakMap() }
    comparedWith.set(first, compared)
  }
  const { names, same } = compared
  const known = same.get(other)
  if (known !== undefined) return known
  const isSame = other.every(name => names.has(name))
  same.set(other, isSame)
  return isSame
}

function sameTerms(before: ClassicTerms | null, after: ClassicTerms | null): boolean {
  if (before === null || after === null) return before === after
  return (
    before.sessionTimeoutMs === after.sessionTimeoutMs && sameProtocols(before.protocols, after.protocols)
  )
}
