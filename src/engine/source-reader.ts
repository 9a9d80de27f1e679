/** How records of a source are turned into typed ones: what is decoded, and which original bytes are kept. */
import type { RecordOrigin } from '../processor/record.ts'
import type { Decoder } from '../serdes/serde.ts'
import type { SourceNode } from '../topology/node.ts'
import type { ReadableRecord } from './record-chunk.ts'

/** Stands for a value that nobody below the source looks at: it is there, and was not decoded. */
export const undecodedValue: unknown = Object.freeze({ undecoded: true })

/** What the nodes below a source need of its records. */
export interface SourceUse {
  /** Whether some sink may write the key or the value as it was read. */
  readonly origin: boolean
  /** Whether any node looks at the value. */
  readonly value: boolean
}

export class SourceReader {
  readonly node: SourceNode
  private readonly use: SourceUse

  constructor(node: SourceNode, use: SourceUse) {
    this.node = node
    this.use = use
  }

  readKey({ bytes, keyStart, keyEnd }: ReadableRecord): unknown {
    return keyEnd < keyStart ? undefined : decode(this.node.keySerde, bytes, keyStart, keyEnd)
  }

  readValue({ bytes, valueStart, valueEnd }: ReadableRecord): unknown {
    if (valueEnd < valueStart) return undefined
    return this.use.value ? decode(this.node.valueSerde, bytes, valueStart, valueEnd) : undecodedValue
  }

  /** The record as it was read, if a sink may want that: it stays when the cursor goes on. */
  originOf(record: ReadableRecord): RecordOrigin | undefined {
    return this.use.origin ? new ReadOrigin(this.node, record) : undefined
  }
}

class ReadOrigin implements RecordOrigin {
  readonly keySerde: Decoder<unknown>
  readonly valueSerde: Decoder<unknown>
  readonly bytes: Uint8Array
  readonly keyStart: number
  readonly keyEnd: number
  readonly valueStart: number
  readonly valueEnd: number

  constructor(node: SourceNode, record: ReadableRecord) {
    this.keySerde = node.keySerde
    this.valueSerde = node.valueSerde
    this.bytes = record.bytes
    this.keyStart = record.keyStart
    this.keyEnd = record.keyEnd
    this.valueStart = record.valueStart
    this.valueEnd = record.valueEnd
  }
}

function decode(serde: Decoder<unknown>, bytes: Uint8Array, start: number, end: number): unknown {
  if (serde.deserializeRange !== undefined) return serde.deserializeRange(bytes, start, end)
  return serde.deserialize(bytes.subarray(start, end))
}
