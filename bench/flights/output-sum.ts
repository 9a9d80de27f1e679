/**
 * A sum over an output that is equal for equal multisets of records, in whatever order they are read.
 *
 * The timestamp of a count after a repartition is that of the latest record so far, and so hangs on how the inputs'
 * partitions were interleaved: Kafka Streams differs from its own previous run there. For that job the sum is over key and
 * value of every record and the last timestamp of every key; for the others over key, value and timestamp.
 */
import { createHash } from 'node:crypto'
import type { JobName } from './jobs.ts'

export interface Sum {
  readonly records: number
  readonly sum: string
}

export class OutputSum {
  readonly #interleaved: boolean
  readonly #latest = new Map<string, number>()
  #records = 0
  #sum = 0n

  constructor(job: JobName) {
    this.#interleaved = job === 'repartition'
  }

  add(timestamp: number, key: string, value: string): void {
    this.#records += 1
    if (!this.#interleaved) this.#sum += hashOf(`${timestamp}\t${key}\t${value}`)
    else {
      this.#sum += hashOf(`${key}\t${value}`)
      this.#latest.set(key, Math.max(this.#latest.get(key) ?? -1, timestamp))
    }
  }

  result(): Sum {
    let sum = this.#sum
    for (const [key, timestamp] of this.#latest) sum += hashOf(`${key}@${timestamp}`)
    return { records: this.#records, sum: BigInt.asUintN(64, sum).toString(16) }
  }
}

/** 64 bits of a text. */
function hashOf(text: string): bigint {
  return createHash('sha1').update(text).digest().readBigUInt64BE(0)
}
