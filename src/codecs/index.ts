/** Makes every codec of Kafka available to record batches, and the native checksum with them. */
import { registerCodec } from '../record/compression.ts'
import { installNativeCrc32c } from './crc32c-native.ts'
import { gzipCodec } from './gzip.ts'
import { lz4Codec } from './lz4.ts'
import { snappyCodec } from './snappy.ts'
import { zstdCodec } from './zstd.ts'

/** Called once by whoever composes a program (runtime, broker); calling again changes nothing. */
export function registerAllCodecs(): void {
  installNativeCrc32c()
  registerCodec(gzipCodec())
  registerCodec(snappyCodec)
  registerCodec(lz4Codec)
  const zstd = zstdCodec()
  if (zstd !== undefined) registerCodec(zstd)
}
