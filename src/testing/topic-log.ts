/**
 * The topics of the test driver: records in memory, by partition and in the order of writing.
 *
 * A log keeps numbers, not objects: an object for each record would outlive its record's processing, and collecting
 * garbage around hundreds of thousands of them cost more than all else that was done with one. Records are made
 * again when somebody asks for them.
 */
import { misuse } from '../base/misuse.ts'
import { noHeaders, type Headers } from '../record/record.ts'
import { LoggedRecord } from './logged-record.ts'

/** Numbers that are kept of a record, beside its timestamp: `start`, `keyEnd`, `valueEnd`, `partition`, `offset`. */
const placeSize = 5
/** Records in a block: a power of two, so that finding one is cheap. */
const blockBits = 9
const blockMask = (1 << blockBits) - 1

/** What is kept of some records that follow one another. */
class Block {
  readonly places = new Int32Array(placeSize << blockBits)
  readonly timestamps = new Float64Array(1 << blockBits)
  /** The arrays that the records are in. */
  readonly bytes: Uint8Array[] = []
}

export class TopicLog {
  readonly name: string
  readonly partitionCount: number
  /** How many records there are in all partitions. */
  size = 0
  private readonly blocks: Block[] = []
  /** Only of records that have some. */
  private readonly headers = new Map<number, Headers>()
  /** Where the records of each partition are among all. */
  private readonly partitions: number[][]
  private keylessCount = 0

  constructor(name: string, partitionCount: number) {
    this.name = name
    this.partitionCount = partitionCount
    this.partitions = Array.from({ length: partitionCount }, () => [])
  }

  /** The partitions in turn. */
  nextPartition(): number {
    return this.keylessCount++ % this.partitionCount
  }

  /** Gives the record the next offset of its partition. */
  append(record: LoggedRecord): void {
    const offsets = this.offsetsOf(record.partition)
    const index = this.size
    record.offset = offsets.length
    offsets.push(index)
    if ((index & blockMask) === 0) this.blocks.push(new Block())
    const { places, timestamps, bytes } = this.blocks[index >> blockBits]!
    const inBlock = index & blockMask
    bytes.push(record.bytes)
    timestamps[inBlock] = record.timestamp
    const at = inBlock * placeSize
    places[at] = record.keyStart
    places[at + 1] = record.keyEnd
    places[at + 2] = record.valueEnd
    places[at + 3] = record.partition
    places[at + 4] = record.offset
    const headers = record.headers()
    if (headers.length > 0) this.headers.set(index, headers)
    this.size = index + 1
  }

  /** The record at a place in the order of writing, of all partitions. */
  at(index: number): LoggedRecord {
    return this.read(index, new LoggedRecord())
  }

  /** Makes `record` the one at a place in the order of writing, of all partitions. */
  read(index: number, record: LoggedRecord): LoggedRecord {
    const { places, timestamps, bytes } = this.blocks[index >> blockBits]!
    const inBlock = index & blockMask
    const at = inBlock * placeSize
    record.offset = places[at + 4]!
    return record.set(
      places[at + 3]!,
      timestamps[inBlock]!,
      this.headers.size === 0 ? noHeaders : (this.headers.get(index) ?? noHeaders),
      bytes[inBlock]!,
      places[at]!,
      places[at + 1]!,
      places[at + 2]!,
    )
  }

  /** The records from a place in the order of writing on, of all partitions. */
  records(from = 0): readonly LoggedRecord[] {
    return Array.from({ length: Math.max(0, this.size - from) }, (_, index) => this.at(from + index))
  }

  /** The offset that the next record of a partition will have. */
  endOffset(partition: number): number {
    return this.offsetsOf(partition).length
  }

  /** Makes `record` the one at an offset of a partition. */
  readAt(partition: number, offset: number, record: LoggedRecord): void {
    this.read(this.offsetsOf(partition)[offset]!, record)
  }

  /** The records of a partition in the order of their offsets, up to `end`. */
  partition(partition: number, end = Infinity): readonly LoggedRecord[] {
    return this.offsetsOf(partition)
      .slice(0, end)
      .map(index => this.at(index))
  }

  private offsetsOf(partition: number): number[] {
    const offsets = this.partitions[partition]
    if (offsets === undefined) {
      throw misuse(`topic '${this.name}' has partitions 0 to ${this.partitionCount - 1}, not ${partition}`, {
        fix: 'name one of them, or give the topic more: topic(name, { partitions })',
      })
    }
    return offsets
  }
}
