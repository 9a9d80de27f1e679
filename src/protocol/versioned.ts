/**
 * Structures that say their own version: consumer group metadata, and the keys and values of internal topics.
 *
 *     | version int16 | fields of that version |
 */
import { malformed, readMessage } from './decode.ts'
import { writeMessage } from './encode.ts'
import { Reader } from './reader.ts'
import type { MessageType } from './schema.ts'
import { WireFault } from './wire-fault.ts'
import { Writer } from './writer.ts'

/** A message and the version that stood before it. */
export interface Versioned<M> {
  readonly version: number
  readonly message: M
}

/** The version and the message, as bytes of their own. Throws as `writeMessage` does. */
export function versionedBytes<M>(type: MessageType<M>, version: number, message: M): Uint8Array {
  const writer = new Writer(128)
  writer.int16(version)
  writeMessage(writer, type, version, message)
  return writer.toBytes()
}

/**
 * Reads such bytes. Of a version newer than any that is known, `newer` says what to do: `refuse` it, or read
 * it `as-latest`, which is right where later versions may only add fields at the end. `memoryMax` bounds what its objects
 * may take, in bytes. Throws MR-5010.
 */
export function readVersioned<M>(
  type: MessageType<M>,
  bytes: Uint8Array,
  newer: 'refuse' | 'as-latest',
  memoryMax?: number,
): Versioned<M> {
  const reader = new Reader(bytes)
  if (memoryMax !== undefined) reader.memoryLeft = memoryMax
  const version = versionBefore(reader, type.name)
  const [min, max] = type.versions
  const read = newer === 'as-latest' ? Math.min(version, max) : version
  if (read < min || read > max) {
    const fault = new WireFault(`version ${version} is not one of ${min} to ${max}`)
    throw malformed(type.name, fault, reader)
  }
  return { version, message: readMessage(reader, type, read) }
}

/** The version that stands before `what`. Throws MR-5010. */
export function versionBefore(reader: Reader, what: string): number {
  try {
    return reader.int16()
  } catch (error) {
    throw error instanceof WireFault ? malformed(what, error, reader) : error
  }
}
