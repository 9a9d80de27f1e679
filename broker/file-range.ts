/** Bytes of a file of the log that are sent to a client without being read: lent by `broker/log`, sent by `broker/net`. */

/** No range is longer. */
export const rangeBytesMax: number = 16 * 1024 * 1024

/** Bytes of a file that are sent from there. They stay, though the file may be closed and removed, until they are released. */
export interface FileRange {
  /** The system's number of the open file. */
  readonly descriptor: number
  readonly position: number
  readonly length: number
  /** Reads what fits into `target`, from so far into the range on; answers how many bytes: none if the file has become shorter. */
  read(target: Uint8Array, from: number): number
  /** Idempotent. */
  release(): void
}
