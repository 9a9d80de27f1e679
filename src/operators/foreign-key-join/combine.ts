/**
 * The last step of a foreign-key join: makes a result of a left row and the answer to its subscription (semantics F8).
 *
 * The left row is read as it is now. If it is not the one that subscribed, by its hash, the answer is stale: it is
 * dropped and counted, and another one is under way. Without a right row the result is none (a tombstone), or in a left
 * join that of the left row alone.
 */
import { equalBytes } from '../../base/bytes.ts'
import { murmur3 } from '../../base/murmur3.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../../processor/processor.ts'
import { StreamRecord } from '../../processor/record.ts'
import type { Encoder } from '../../serdes/serde.ts'
import { absent, type JoinCallback } from '../callbacks.ts'
import type { ValueGetter, ValueGetterSupplier } from '../value-getter.ts'
import type { SubscriptionResponse } from './subscription.ts'

export interface CombineOptions {
  /** Rows of the left table. */
  readonly lefts: ValueGetterSupplier
  /** Of left values, the one that hashes were made with. */
  readonly values: Encoder<unknown>
  readonly joiner: JoinCallback
  /** Whether left rows without a right one have a result. */
  readonly left: boolean
}

export function combine(options: CombineOptions): ProcessorSupplier {
  return () => new Combine(options)
}

class Combine implements Processor<unknown, SubscriptionResponse> {
  private readonly options: CombineOptions
  private context!: ProcessorContext
  private lefts!: ValueGetter

  constructor(options: CombineOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
    this.lefts = this.options.lefts.get(context)
  }

  process(record: StreamRecord<unknown, SubscriptionResponse>): void {
    const { key, value: response, timestamp, headers } = record
    const left = this.lefts.get(key)?.value
    const hash = absent(left) ? undefined : murmur3(this.options.values.serialize(left))
    if (!sameHash(hash, response.hash)) return this.context.drop('stale-response')
    const result = this.resultOf(left, response.value, key)
    this.context.forward(new StreamRecord(key, result, timestamp, headers))
  }

  private resultOf(left: unknown, right: unknown, key: unknown): unknown {
    if (absent(left) || (right === undefined && !this.options.left)) return undefined
    const result = this.options.joiner(left, right, key)
    return absent(result) ? undefined : result
  }
}

function sameHash(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right
  return equalBytes(left, right)
}
