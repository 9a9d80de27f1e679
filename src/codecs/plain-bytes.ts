/**
 * The same memory as a plain `Uint8Array`: a `Buffer` has another hidden class, and loops that meet both
 * kinds run slower on either.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
