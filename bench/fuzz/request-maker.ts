/**
 * Requests for the fuzzer, made from the declarations of the protocol: every API, every version, every field.
 *
 * Fields are filled by their type, and where their name says what they are, mostly from a small world of topics, groups
 * and producers, so that requests meet: half of the faults of a broker lie behind the first "unknown topic".
 */
import { randomIndex, type Random } from '../../src/base/random.ts'
import { zeroUuid, randomUuid } from '../../src/base/uuid.ts'
import type { Api } from '../../src/protocol/api.ts'
import { requestFrame } from '../../src/protocol/envelope.ts'
import type { FieldShape, StructShape, WireType } from '../../src/protocol/schema.ts'
import { anyRecords, noise } from './batch-maker.ts'
import { mutated } from './mutations.ts'

/** What was done to a frame. */
export type FrameKind = 'valid' | 'mutated' | 'truncated' | 'misframed' | 'noise'

export interface FuzzFrame {
  readonly bytes: Uint8Array
  readonly kind: FrameKind
  readonly api: string
  readonly version: number
}

export interface SpokenApi {
  readonly api: Api<unknown, unknown>
  readonly versions: readonly [min: number, max: number]
}

export const worldTopics = ['t0', 't1', 't2', 'compacted'] as const
const names = [
  ...worldTopics,
  '__consumer_offsets',
  '__proto__',
  'constructor',
  '../up',
  '.',
  'new-1',
  '',
  'ü',
  'x'.repeat(250),
]
const groups = ['g0', 'g1', 'g2', '__proto__', '']
const transactionalIds = ['x0', 'x1', 'x2', '']
const configNames = ['retention.ms', 'cleanup.policy', 'segment.bytes', '__proto__', 'toString', 'nonsense']
const configValues = ['100', 'compact', 'delete,compact', '-1', '', '999999999999999999999', '__proto__']
const numbers = [-(2 ** 31), -2, -1, 0, 0, 0, 1, 1, 2, 3, 10, 100, 0x7fff, 0x8000, 2 ** 31 - 1]
const largeNumbers = [-(2 ** 63), -5, -4, -2, -1, 0, 0, 1, 2, 3, 2 ** 31, 2 ** 53, 2 ** 63]

export class RequestMaker {
  readonly #random: Random
  readonly #apis: readonly SpokenApi[]
  /** Ids that the broker told: topics by id, members. */
  readonly topicIds: string[] = []

  constructor(random: Random, apis: readonly SpokenApi[]) {
    this.#random = random
    this.#apis = apis
  }

  next(): FuzzFrame {
    const random = this.#random
    const { api, versions } = this.#pick(this.#apis)
    const version = versions[0] + randomIndex(random, versions[1] - versions[0] + 1)
    const whole = this.#frame(api, version)
    const about = { api: api.name, version }
    const roll = random.next()
    if (roll < 0.45) return { ...about, kind: 'valid', bytes: whole }
    if (roll < 0.8) return { ...about, kind: 'mutated', bytes: reframed(mutated(whole.subarray(4), random)) }
    if (roll < 0.92) {
      const body = whole.subarray(4, 4 + randomIndex(random, whole.length - 3))
      return { ...about, kind: 'truncated', bytes: reframed(body) }
    }
    if (roll < 0.96) return { ...about, kind: 'misframed', bytes: mutated(whole, random) }
    return { ...about, kind: 'noise', bytes: reframed(noise(random, randomIndex(random, 64))) }
  }

  #frame(api: Api<unknown, unknown>, version: number): Uint8Array {
    const message = this.#struct(api.request, version)
    const clientId = this.#random.next() < 0.2 ? null : this.#pick(['fuzz', '', '__proto__'])
    const correlationId = randomIndex(this.#random, 2 ** 31)
    try {
      return Buffer.concat(requestFrame(api, version, message, { correlationId, clientId }))
    } catch {
      // A value that its version cannot say, or a number past its range: the defaults can always be said.
      return Buffer.concat(requestFrame(api, version, api.request.create({}), { correlationId, clientId }))
    }
  }

  #struct({ fields }: StructShape, version: number): Record<string, unknown> {
    const made: Record<string, unknown> = {}
    for (const [name, field] of Object.entries(fields)) made[name] = this.#field(name, field, version)
    return made
  }

  #field(name: string, field: FieldShape, version: number): unknown {
    const exists = field.since <= version && version <= field.until
    if (!exists || this.#random.next() < 0.1) return field.defaultValue
    const nullable = field.nullableSince !== undefined && version >= field.nullableSince
    if (nullable && this.#random.next() < 0.2) return null
    return this.#value(name, field.type, version)
  }

  #value(name: string, type: WireType, version: number): unknown {
    const random = this.#random
    switch (type.kind) {
      case 'array': {
        const count = random.next() < 0.01 ? randomIndex(random, 2000) : randomIndex(random, 4)
        return Array.from({ length: count }, () => this.#value(name, type.element, version))
      }
      case 'struct':
        return this.#struct(type.struct, version)
      case 'bool':
        return random.next() < 0.5
      case 'string':
        return this.#text(name)
      case 'uuid':
        if (this.topicIds.length > 0 && random.next() < 0.6) return this.#pick(this.topicIds)
        return random.next() < 0.5 ? zeroUuid : randomUuid(random)
      case 'bytes':
        return noise(random, randomIndex(random, 40))
      case 'records':
        return anyRecords(random)
      case 'float64':
        return this.#pick([0, -1, 1.5, Infinity, NaN])
      default:
        return this.#number(name, type.kind)
    }
  }

  #number(name: string, kind: string): number {
    const random = this.#random
    const likely = random.next() < 0.8
    if (/acks$/i.test(name)) return this.#pick([-1, -1, 1, 0, 7])
    if (likely && /(partition|index|indexes|partitionIndex)s?$/i.test(name)) return randomIndex(random, 3)
    if (likely && /producerId/i.test(name)) return randomIndex(random, 20)
    if (likely && /epoch|generation/i.test(name)) return randomIndex(random, 4) - 1
    if (/sessionTimeout/i.test(name) && likely) return 6000
    if (/(timeout|wait|delay).*ms$/i.test(name)) return this.#pick([0, 1, 20, -1])
    if (/numPartitions|^count$/i.test(name)) return this.#pick([-1, 0, 1, 2, 5, 2 ** 31 - 1])
    if (/replicationFactor/i.test(name)) return this.#pick([-1, 1, 1, 3])
    const wanted = this.#pick(kind === 'int64' ? largeNumbers : numbers)
    return Math.max(leastOf[kind] ?? -(2 ** 63), Math.min(mostOf[kind] ?? 2 ** 63, wanted))
  }

  #text(name: string): string {
    const random = this.#random
    if (random.next() < 0.05) return String.fromCharCode(...noise(random, randomIndex(random, 20)))
    if (/group|^key$|coordinatorKeys/i.test(name)) return this.#pick(groups)
    if (/transactionalId/i.test(name)) return this.#pick(transactionalIds)
    if (/member/i.test(name)) return this.#pick(['', 'm0', 'm1'])
    if (/protocolType/i.test(name)) return this.#pick(['consumer', 'consumer', 'connect', ''])
    if (/value/i.test(name)) return this.#pick(configValues)
    if (/config.*keys?/i.test(name)) return this.#pick(configNames)
    if (/regex|pattern/i.test(name)) return this.#pick(['.*', '(a+)+$', '((((', '[^]', 'a{1,1000}{1,1000}'])
    return this.#pick(random.next() < 0.1 ? configNames : names)
  }

  #pick<T>(values: readonly T[]): T {
    return values[randomIndex(this.#random, values.length)]!
  }
}

const leastOf: Readonly<Record<string, number>> = {
  int8: -128,
  int16: -0x8000,
  uint16: 0,
  int32: -(2 ** 31),
  uint32: 0,
}
const mostOf: Readonly<Record<string, number>> = {
  int8: 127,
  int16: 0x7fff,
  uint16: 0xffff,
  int32: 2 ** 31 - 1,
  uint32: 2 ** 32 - 1,
}

/** The bytes with a length before them that is right. */
function reframed(body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + body.length)
  new DataView(frame.buffer).setInt32(0, body.length)
  frame.set(body, 4)
  return frame
}
