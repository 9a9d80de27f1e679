/**
 * The codecs of record batches: their ids and names, and a registry that the batch writer and reader look into.
 *
 * The record layer knows no codec but `none`: they need Node (src/codecs), and the core runs without it. Whoever
 * composes a program calls `registerAllCodecs()` once.
 */
import { StreamsError } from '../base/errors.ts'

export type CodecId = 0 | 1 | 2 | 3 | 4
export type CodecName = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'

/** Kafka's names of the codecs, by id (semantics G22). */
export const codecNames: readonly ['none', 'gzip', 'snappy', 'lz4', 'zstd'] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
] as const satisfies readonly CodecName[]

/**
 * Memory for decompressed records that are looked at and forgotten: new memory for each batch costs more than decompressing
 * it. A codec may write its result there, and leaves larger memory there when it had to take some.
 */
export interface Scratch {
  bytes: Uint8Array
}

/** Compresses and decompresses the records of a batch as a whole. */
export interface Codec {
  readonly id: CodecId
  readonly name: CodecName
  /** The result is the caller's. */
  compress(bytes: Uint8Array): Uint8Array
  /**
   * The result is the caller's, or with `scratch` the caller's until the scratch is used again. Malformed input, and output of more than `sizeMax` bytes, are a `RangeError` that
   * says why, before memory is taken for what the input merely declares. The record cursor, which knows the place,
   * makes MR-3103 of it.
   */
  decompress(bytes: Uint8Array, sizeMax: number, scratch?: Scratch): Uint8Array
}

const none: Codec = {
  id: 0,
  name: 'none',
  compress: bytes => bytes.slice(),
  decompress: bytes => bytes.slice(),
}

const registry: (Codec | undefined)[] = [none]

/** Makes a codec available to every batch writer and reader of this process; replaces one of the same id. */
export function registerCodec(codec: Codec): void {
  registry[codec.id] = codec
}

/** Whether `codecById` would find it. */
export function isCodecRegistered(id: number): id is CodecId {
  return registry[id] !== undefined
}

/** The codec, or MR-3102 if the id means nothing or nobody registered it. */
export function codecById(id: number): Codec {
  const codec = registry[id]
  if (codec !== undefined) return codec
  const name = (codecNames as readonly (string | undefined)[])[id]
  throw new StreamsError('MR-3102', {
    what: name === undefined ? `Unknown compression codec ${id}.` : `The codec ${name} is not available.`,
    fix: name === 'zstd' ? 'Run on Node 22.15 or later, or use another compression.type.' : undefined,
  })
}

/** The id that a `compression.type` names, or `undefined`. */
export function codecIdOfName(name: string): CodecId | undefined {
  const id = (codecNames as readonly string[]).indexOf(name)
  return id < 0 ? undefined : (id as CodecId)
}
