/** Syncs under way, so many at a time: one waits for the disk, and several share what it has to do for each of them. */
const syncsMax = 16

export class Syncs {
  readonly #underWay = new Set<Promise<void>>()
  #failure: { readonly error: unknown } | undefined

  /** Takes note of one; settles when there is room for another. Rejects if one has failed. */
  async add(sync: Promise<void>): Promise<void> {
    const noted = sync
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .finally(() => this.#underWay.delete(noted))
    this.#underWay.add(noted)
    if (this.#underWay.size >= syncsMax) await Promise.race(this.#underWay)
    this.#check()
  }

  /** Settles when none is under way. Rejects if one has failed. */
  async all(): Promise<void> {
    await Promise.all(this.#underWay)
    this.#check()
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }
}
