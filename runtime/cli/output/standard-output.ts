/**
 * Standard output as a stream of many small pieces: gathered, written with back-pressure, and done when the reader has gone.
 *
 * A reader that goes away (`| head`) is no error: `gone` says so, what is written afterwards is dropped, and `whenGone` is
 * called once, so that a command that waits for records stops waiting.
 */

/** Bytes gathered before they are written. */
const pieceBytes = 65_536

export class StandardOutput {
  readonly #stream: NodeJS.WriteStream
  readonly #whenGone: () => void
  #pieces: Uint8Array[] = []
  #bytes = 0
  #gone = false
  #failure: Error | undefined

  constructor(whenGone: () => void, stream: NodeJS.WriteStream = process.stdout) {
    this.#stream = stream
    this.#whenGone = whenGone
    stream.on('error', error => this.#failed(error))
  }

  /** Whether nobody reads any more. */
  get gone(): boolean {
    return this.#gone
  }

  /** Answers a promise to await when so much is waiting that the caller should. */
  write(piece: Uint8Array): Promise<void> | undefined {
    if (this.#gone) return undefined
    this.#pieces.push(piece)
    this.#bytes += piece.length
    return this.#bytes < pieceBytes ? undefined : this.flush()
  }

  /** Resolves when all that was written is with the reader, or the reader has gone. Rejects if it cannot be written. */
  async flush(): Promise<void> {
    this.#check()
    if (this.#bytes === 0 || this.#gone) return
    const bytes = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    await new Promise<void>(resolve => {
      this.#stream.write(bytes, () => resolve())
    })
    this.#check()
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #failed(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') this.#gone = true
    else this.#failure ??= error
    this.#whenGone()
  }
}
