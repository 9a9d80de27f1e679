/**
 * Installs a native CRC-32C: `@node-rs/crc32`, which uses the processor's own instruction.
 *
 * Loaded with `require`, which fails synchronously where the platform has no build of it; then the table stays.
 */
import { createRequire } from 'node:module'
import { installCrc32c } from '../base/crc32c.ts'
import { utf8Bytes } from '../base/text.ts'

interface NativeModule {
  readonly crc32c: (input: Uint8Array) => number
}

/** The answer to the input that every definition of CRC-32C gives. */
const checkInput = utf8Bytes('123456789')
const checkValue = 0xe306_9283

/** Below this many bytes the call costs more than the table (Node 20: level at about 400). */
const nativeBytesMin = 512

/** Whether the native implementation is in use now. Calling again is free. */
export function installNativeCrc32c(): boolean {
  const native = load()
  if (native === undefined) return false
  installCrc32c(
    (bytes, start, end) =>
      native.crc32c(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end)) >>> 0,
    nativeBytesMin,
  )
  return true
}

function load(): NativeModule | undefined {
  try {
    const loaded = createRequire(import.meta.url)('@node-rs/crc32') as NativeModule
    // A build that computes something else would make every batch look corrupt.
    return loaded.crc32c(checkInput) >>> 0 === checkValue ? loaded : undefined
  } catch {
    // No build for this platform: the table is correct everywhere, only slower.
    return undefined
  }
}
