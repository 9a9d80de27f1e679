/** Inputs by chance: few keys and times, so that they meet; late, tied, null, and with leaps of time. */
import type { InputSpec, NodeSpec } from '../golden/scenario.ts'
import type { Dice } from './dice.ts'
import type { Family } from './family.ts'

const letters = ['a', 'b', 'c', 'd', 'e', 'x', 'y', 'z']

const alphabets: readonly (readonly string[])[] = [
  ['a', 'b', 'c', 'd'],
  ['a', 'b', 'c', 'd'],
  ['a', 'b'],
  ['a', 'b', 'x', 'y', 'c'],
  ['a'],
  ['é', '～', 'z'],
  ['a', 'aa', 'ab', 'b', ''],
  ['a', 'null', 'a@0/50', '0', 'b'],
  ['z'.repeat(40), 'z'.repeat(39), 'a\u0000', 'a', 'a\u0001'],
]

/** Keys whose order by UTF-8 bytes is not that by UTF-16 units; only where nothing takes texts apart. */
const farAlphabet = ['😀', '～', '\ue000', 'a', '😁']
const takesTextsApart =
  /"(swap|withKey|explode|catKey|keyFirst|first|last|rev|chars|key|inner)"|"topicBy"|"append"/

/** How time goes by in one scenario. */
interface Pace {
  readonly start: number
  readonly unit: number
  readonly lateness: number
  readonly nullKeys: number
  readonly nullValues: number
  readonly advances: number
  /** How often an input has a negative time. */
  readonly negatives: number
}

export function randomInputs(
  dice: Dice,
  { topics, nodes }: { readonly topics: readonly string[]; readonly nodes: readonly NodeSpec[] },
  { advances = 0, brief = false, inputs: range = brief ? [2, 8] : [3, 60] }: Family,
): InputSpec[] {
  const pace: Pace = {
    start: dice.pick([0, 0, 0, 0, 1000, 1000, 800, 800, 13, 13, 1_700_000_000_000]),
    unit: dice.pick([1, 10, 10, 50, 25]),
    advances: advances || dice.pick([0, 0, 0, 0.05]),
    negatives: dice.pick([0, 0, 0, 0, 0, 0, 0, 0, 0.02]),
    lateness: dice.pick([0, 0.1, 0.2, 0.4]),
    nullKeys: dice.pick([0, 0.03, 0.1]),
    nullValues: dice.pick([0, 0.1, 0.25]),
  }
  const far = !takesTextsApart.test(JSON.stringify(nodes)) && dice.chance(0.2)
  const keys = far ? farAlphabet : dice.pick(alphabets)
  const inputs: InputSpec[] = []
  const count = dice.integer(...range)
  let now = pace.start
  for (let at = 0; at < count; at++) {
    if (dice.chance(pace.advances)) inputs.push({ advance: dice.pick([1, 10, 50, 100, 250, 1000]) })
    now = later(dice, now, pace)
    const key = dice.chance(pace.nullKeys) ? null : dice.pick(keys)
    const value = dice.chance(pace.nullValues) ? null : randomValue(dice)
    inputs.push([dice.pick(topics), key, value, timeOf(dice, now, pace)])
  }
  if (dice.chance(0.7)) {
    const end = now + dice.pick([1000, 2000, 5000])
    for (const topic of topics) inputs.push([topic, 'zz', 'end', end])
  }
  if (pace.advances > 0) inputs.push({ advance: 1000 })
  return inputs
}

/** Now, or late; now and then a time that is none. */
function timeOf(dice: Dice, now: number, { lateness, unit, negatives }: Pace): number {
  if (dice.chance(negatives)) return -dice.integer(1, 50)
  return dice.chance(lateness) ? Math.max(0, now - unit * dice.integer(1, 25)) : now
}

function later(dice: Dice, now: number, { unit }: Pace): number {
  if (dice.chance(0.25)) return now
  if (dice.chance(0.004)) return now + 200_000
  if (dice.chance(0.06)) return now + unit * dice.integer(10, 60)
  return now + unit * dice.integer(1, 4)
}

function randomValue(dice: Dice): string {
  if (dice.chance(0.05)) return ''
  if (dice.chance(0.15)) return String(dice.integer(0, 20))
  if (dice.chance(0.03))
    return dice.pick(['-7', '007', '999999999', '1234567890', 'null', ' ', 'éx', 'ß', "a'"])
  return Array.from({ length: dice.integer(1, 3) }, () => dice.pick(letters)).join('')
}
