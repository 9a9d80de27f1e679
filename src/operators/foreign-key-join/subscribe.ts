/**
 * The left side of a foreign-key join: tells the right side what has become of each left row (semantics F1 to F4).
 *
 *     left row, before → now     inner join                            left join
 *     none → a                   a: subscribe                          a: subscribe and answer
 *     a → a                      a: subscribe                          a: subscribe and answer
 *     a → b                      a: unsubscribe                        a: unsubscribe
 *                                b: subscribe and answer               b: subscribe and answer
 *     a → no key, no row         a: unsubscribe and answer             a: unsubscribe, then without a key: answer
 *     none → no key              nothing                               without a key: answer
 *
 * Whether a foreign key has changed is a matter of its bytes (F4). An answer that is not needed ("no row" where there
 * was none before) makes a tombstone too many; nobody on this side can know (F10). A row without a foreign key is
 * dropped from an inner join, and counted (S14); a left join sends it through the right side all the same (S15).
 */
import { equalBytes } from '../../base/bytes.ts'
import { murmur3 } from '../../base/murmur3.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../../processor/processor.ts'
import { StreamRecord } from '../../processor/record.ts'
import type { Encoder } from '../../serdes/serde.ts'
import { absent, type ValueCallback } from '../callbacks.ts'
import type { Change } from '../change.ts'
import type { Instruction, Subscription } from './subscription.ts'

export interface SubscribeOptions {
  /** The foreign key of a left row. */
  readonly on: ValueCallback<unknown>
  /** Of foreign keys, as the right table has them. */
  readonly foreignKeys: Encoder<unknown>
  /** Of left values, for their hashes. */
  readonly values: Encoder<unknown>
  /** Whether left rows without a right one have a result. */
  readonly left: boolean
  /** Whether the left table keeps versions: then one that is not the latest changes nothing (semantics V6). */
  readonly ofVersions?: boolean
}

export function subscribe(options: SubscribeOptions): ProcessorSupplier {
  return () => new Subscribe(options)
}

class Subscribe implements Processor<unknown, Change> {
  private readonly options: SubscribeOptions
  private context!: ProcessorContext

  constructor(options: SubscribeOptions) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process(record: StreamRecord<unknown, Change>): void {
    const { newValue, oldValue, isLatest } = record.value
    if (this.options.ofVersions === true && !isLatest) return this.context.drop('late')
    // A delete of what was not there.
    if (newValue === undefined && oldValue === undefined) return
    const before = this.foreignKeyOf(oldValue, record.key)
    const now = this.foreignKeyOf(newValue, record.key)
    const hash = newValue === undefined ? undefined : murmur3(this.options.values.serialize(newValue))
    const send = (foreignKey: unknown, instruction: Instruction): void =>
      this.send(record, foreignKey, instruction, hash)
    const changed = before !== undefined && (now === undefined || !this.isSame(before, now))
    if (this.options.left) {
      if (changed) send(before, 'unsubscribe')
      return send(now, 'subscribe-and-answer')
    }
    if (now === undefined) {
      if (newValue !== undefined) this.context.drop('null-foreign-key')
      if (before !== undefined) send(before, 'unsubscribe-and-answer')
      return
    }
    if (!changed) return send(now, 'subscribe')
    send(before, 'unsubscribe')
    send(now, 'subscribe-and-answer')
  }

  private foreignKeyOf(value: unknown, key: unknown): unknown {
    if (value === undefined) return undefined
    const foreignKey = this.options.on(value, key, this.context.record)
    return absent(foreignKey) ? undefined : foreignKey
  }

  private isSame(left: unknown, right: unknown): boolean {
    const { foreignKeys } = this.options
    return left === right || equalBytes(foreignKeys.serialize(left), foreignKeys.serialize(right))
  }

  private send(
    { key, timestamp, headers }: StreamRecord,
    foreignKey: unknown,
    instruction: Instruction,
    hash: Uint8Array | undefined,
  ): void {
    // The task's partition is that of its left rows, whatever makes it put one out.
    const primaryPartition = this.context.partition
    const subscription: Subscription = { hash, instruction, primaryKey: key, primaryPartition }
    this.context.forward(new StreamRecord(foreignKey, subscription, timestamp, headers))
  }
}
