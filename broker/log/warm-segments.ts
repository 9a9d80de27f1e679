/** Bounds how many sealed segments hold descriptors and indexes; the one unused for longest is cooled. */

/** What can let go of its descriptor and indexes, and have them again when they are needed. */
interface Coolable {
  cool(): void
}

export class WarmSegments {
  readonly #countMax: number
  readonly #segments = new Set<Coolable>()

  constructor(countMax = 128) {
    this.#countMax = countMax
  }

  touch(segment: Coolable): void {
    this.#segments.delete(segment)
    this.#segments.add(segment)
    for (const oldest of this.#segments) {
      if (this.#segments.size <= this.#countMax) return
      oldest.cool()
    }
  }

  forget(segment: Coolable): void {
    this.#segments.delete(segment)
  }
}
