/** The known name that a misspelt one most likely means. */

/** `undefined` where none is near: more than a third of the letters would have to change. */
export function nearestName(given: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let least = Math.floor(given.length / 3) + 1
  for (const name of known) {
    const distance = editDistance(given, name, least)
    if (distance >= least) continue
    nearest = name
    least = distance
  }
  return nearest
}

/** How many letters must be put in, taken out, changed or swapped with the next; `limit` or more is answered as soon as that is certain. */
function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) >= limit) return limit
  let before: readonly number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let at = 1; at <= left.length; at++) {
    const next = [at]
    for (let index = 1; index <= right.length; index++) {
      const changed = row[index - 1]! + (left[at - 1] === right[index - 1] ? 0 : 1)
      const swapped =
        at > 1 && index > 1 && left[at - 1] === right[index - 2] && left[at - 2] === right[index - 1]
          ? before[index - 2]! + 1
          : Infinity
      next.push(Math.min(changed, swapped, row[index]! + 1, next[index - 1]! + 1))
    }
    if (Math.min(...next, ...row) >= limit) return limit
    before = row
    row = next
  }
  return row[right.length]!
}
