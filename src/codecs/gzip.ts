/** gzip, by Node's own zlib: the codec that every Kafka client has. */
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Codec } from '../record/compression.ts'
import { plainBytes } from './plain-bytes.ts'

/** `level` as zlib has it, -1 (which is 6) to 9: Kafka's default is -1 too. */
export function gzipCodec(level = -1): Codec {
  return {
    id: 1,
    name: 'gzip',
    compress: bytes => plainBytes(gzipSync(bytes, { level })),
    decompress(bytes, sizeMax) {
      try {
        return plainBytes(gunzipSync(bytes, { maxOutputLength: Math.max(sizeMax, 1) }))
      } catch (cause) {
        throw new RangeError(`gzip: ${(cause as Error).message}`, { cause })
      }
    },
  }
}
