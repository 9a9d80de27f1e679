/**
 * What the two tables of a foreign-key join tell one another, and its bytes, which are Kafka's (semantics F1, F2, F5).
 *
 *     subscription   | no hash 1 bit, version 7 bits | instruction 1 | hash 16? | primary key | primary partition 4? |
 *     response       | no hash 1 bit, version 7 bits | hash 16? | value of the right row, none if there is no row |
 *     stored under   | length of foreign key 4 | foreign key | primary key |
 *
 * Subscriptions are written as version 1; version 0, of applications from before KIP-904, has no partition. There is no
 * hash where the left row was deleted. The hash is compared and never looked into, so it stays 16 bytes. A right value
 * that is written as no bytes at all reads as no row: Kafka's reader cannot tell the two apart either.
 */
import { readInt32, writeInt32 } from '../../base/bytes.ts'
import { murmur3Bytes } from '../../base/murmur3.ts'
import type { Serde } from '../../serdes/serde.ts'

/**
 * What the right side is to do. `unsubscribe` answers nothing; `unsubscribe-and-answer` answers with no row;
 * `subscribe-and-answer` answers in any case; `subscribe` answers if it has the row.
 */
export type Instruction = 'unsubscribe' | 'unsubscribe-and-answer' | 'subscribe-and-answer' | 'subscribe'

/** Their places are the bytes that stand for them: they never move. */
const instructions: readonly Instruction[] = [
  'unsubscribe',
  'unsubscribe-and-answer',
  'subscribe-and-answer',
  'subscribe',
]

/** A left row's wish to hear of the right row with its foreign key. */
export interface Subscription {
  /** Of the left row's value; `undefined` when there is none. */
  readonly hash: Uint8Array | undefined
  readonly instruction: Instruction
  readonly primaryKey: unknown
  /** The partition of the left table that the row is in; `undefined` in version 0. */
  readonly primaryPartition: number | undefined
}

/** What the right side has to say to a subscription. */
export interface SubscriptionResponse {
  /** That of the subscription. */
  readonly hash: Uint8Array | undefined
  /** The value of the right row; `undefined` when there is none. */
  readonly value: unknown
  /** That of the subscription, to find the way back; not written. */
  readonly primaryPartition: number | undefined
}

const noHash = 0x80
const subscriptionVersion = 1
const responseVersion = 0
const partitionBytes = 4
const lengthBytes = 4

export function subscriptionSerde(primaryKeys: Serde<unknown>): Serde<Subscription> {
  return Object.freeze({
    name: `subscription(${primaryKeys.name})`,
    serialize: ({ hash, instruction, primaryKey, primaryPartition }) => {
      const key = primaryKeys.serialize(primaryKey)
      const version = primaryPartition === undefined ? 0 : subscriptionVersion
      const keyStart = 2 + (hash?.length ?? 0)
      const keyEnd = keyStart + key.length
      const bytes = new Uint8Array(primaryPartition === undefined ? keyEnd : keyEnd + partitionBytes)
      bytes[0] = hash === undefined ? version | noHash : version
      bytes[1] = instructions.indexOf(instruction)
      if (hash !== undefined) bytes.set(hash, 2)
      bytes.set(key, keyStart)
      if (primaryPartition !== undefined) writeInt32(bytes, keyEnd, primaryPartition)
      return bytes
    },
    deserialize: bytes => {
      const { version, hash, rest } = readHead(bytes, 2, 'subscription', subscriptionVersion)
      const instruction = instructions[bytes[1]!]
      if (instruction === undefined) throw new RangeError(`no instruction of a subscription is ${bytes[1]}`)
      const keyEnd = version === 0 ? bytes.length : bytes.length - partitionBytes
      if (keyEnd < rest) throw new RangeError(`a subscription of version ${version} ends within its key`)
      return {
        hash,
        instruction,
        primaryKey: primaryKeys.deserialize(bytes.subarray(rest, keyEnd)),
        primaryPartition: version === 0 ? undefined : readInt32(bytes, keyEnd),
      }
    },
  } satisfies Serde<Subscription>)
}

export function responseSerde(rightValues: Serde<unknown>): Serde<SubscriptionResponse> {
  const none = new Uint8Array(0)
  return Object.freeze({
    name: `subscription-response(${rightValues.name})`,
    serialize: ({ hash, value }) => {
      const written = value === undefined ? none : rightValues.serialize(value)
      const valueStart = 1 + (hash?.length ?? 0)
      const bytes = new Uint8Array(valueStart + written.length)
      bytes[0] = hash === undefined ? responseVersion | noHash : responseVersion
      if (hash !== undefined) bytes.set(hash, 1)
      bytes.set(written, valueStart)
      return bytes
    },
    deserialize: bytes => {
      const { hash, rest } = readHead(bytes, 1, 'response to a subscription', responseVersion)
      const value = bytes.length === rest ? undefined : rightValues.deserialize(bytes.subarray(rest))
      return { hash, value, primaryPartition: undefined }
    },
  } satisfies Serde<SubscriptionResponse>)
}

/** The key under which a subscription is stored; without a primary key, what those of one foreign key begin with. */
export function subscriptionKey(foreignKey: Uint8Array, primaryKey?: Uint8Array): Uint8Array {
  const primaryStart = lengthBytes + foreignKey.length
  const bytes = new Uint8Array(primaryStart + (primaryKey?.length ?? 0))
  writeInt32(bytes, 0, foreignKey.length)
  bytes.set(foreignKey, lengthBytes)
  if (primaryKey !== undefined) bytes.set(primaryKey, primaryStart)
  return bytes
}

/** Reads the version and the hash; `rest` is where what follows begins. */
function readHead(
  bytes: Uint8Array,
  hashStart: number,
  what: string,
  versionMax: number,
): { readonly version: number; readonly hash: Uint8Array | undefined; readonly rest: number } {
  const [first = 0] = bytes
  const version = first & ~noHash
  if (version > versionMax) throw new RangeError(`no ${what} has version ${version}`)
  const rest = (first & noHash) === 0 ? hashStart + murmur3Bytes : hashStart
  if (bytes.length < rest) throw new RangeError(`a ${what} of ${bytes.length} bytes is cut off`)
  return { version, hash: rest === hashStart ? undefined : bytes.slice(hashStart, rest), rest }
}
