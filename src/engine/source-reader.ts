/** How records of a source are turned into typed ones: what is decoded, and which original bytes are kept. */
import type { RecordOrigin } from '../processor/record.ts'
import type { Decoder } from '../serdes/serde.ts'
import type { SourceNode } from '../topology/node.ts'
import type { ReadableRecord } from './record-chunk.ts'

/** Stands for a value that nobody below the source looks at: it is there, and was not decoded. */
export const undecodedValue: unknown = Object.freeze({ undecoded: true })

/** What the nodes below a source need of its records. */
export interface SourceUse {
  /** Whether some sink may write the key as it was read. */
  readonly keyBytes: boolean
  /** Whether some sink may write the value as it was read. */
  readonly valueBytes: boolean
  /** Whether any node looks at the value. */
  readonly value: boolean
}

export class SourceReader {
  readonly node: SourceNode
  readonly origin: RecordOrigin
  readonly keepsBytes: boolean
  private readonly use: SourceUse

  constructor(node: SourceNode, use: SourceUse) {
    this.node = node
    this.origin = { keySerde: node.keySerde, valueSerde: node.valueSerde }
    this.use = use
    this.keepsBytes = use.keyBytes || use.valueBytes
  }

  readKey({ bytes, keyStart, keyEnd }: ReadableRecord): unknown {
    return keyEnd < keyStart ? undefined : decode(this.node.keySerde, bytes, keyStart, keyEnd)
  }

  readValue({ bytes, valueStart, valueEnd }: ReadableRecord): unknown {
    if (valueEnd < valueStart) return undefined
    return this.use.value ? decode(this.node.valueSerde, bytes, valueStart, valueEnd) : undecodedValue
  }

  /** The key as it was read, if a sink may want it. */
  keyBytes({ bytes, keyStart, keyEnd }: ReadableRecord): Uint8Array | null | undefined {
    if (!this.use.keyBytes) return undefined
    return keyEnd < keyStart ? null : bytes.subarray(keyStart, keyEnd)
  }

  /** The value as it was read, if a sink may want it. */
  valueBytes({ bytes, valueStart, valueEnd }: ReadableRecord): Uint8Array | null | undefined {
    if (!this.use.valueBytes) return undefined
    return valueEnd < valueStart ? null : bytes.subarray(valueStart, valueEnd)
  }
}

function decode(serde: Decoder<unknown>, bytes: Uint8Array, start: number, end: number): unknown {
  if (serde.deserializeRange !== undefined) return serde.deserializeRange(bytes, start, end)
  return serde.deserialize(bytes.subarray(start, end))
}
