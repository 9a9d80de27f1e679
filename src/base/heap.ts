/** A binary heap: the least of many items at hand, adding and taking in logarithmic time. */

export class Heap<T> {
  readonly #before: (left: T, right: T) => boolean
  readonly #items: T[] = []

  /** `before` says whether `left` must come out before `right`; of equals the order is unspecified. */
  constructor(before: (left: T, right: T) => boolean) {
    this.#before = before
  }

  get count(): number {
    return this.#items.length
  }

  /** The first item, which stays, or `undefined` of an empty heap. */
  peek(): T | undefined {
    return this.#items[0]
  }

  push(item: T): void {
    const items = this.#items
    let index = items.length
    items.push(item)
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#before(item, items[parent]!)) break
      items[index] = items[parent]!
      index = parent
    }
    items[index] = item
  }

  /** Takes the first item out, or answers `undefined` of an empty heap. */
  pop(): T | undefined {
    const items = this.#items
    const first = items[0]
    const last = items.pop()
    if (items.length > 0) this.#sink(last!)
    return first
  }

  /** Puts the first item where it belongs after the caller changed what it is ordered by. */
  reorderFirst(): void {
    if (this.#items.length > 1) this.#sink(this.#items[0]!)
  }

  clear(): void {
    this.#items.length = 0
  }

  /** The items, in no particular order. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values()
  }

  /** Places `item` from the top down, over whatever stands at the top. */
  #sink(item: T): void {
    const items = this.#items
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && this.#before(items[child + 1]!, items[child]!)) child++
      if (!this.#before(items[child]!, item)) break
      items[index] = items[child]!
      index = child
    }
    items[index] = item
  }
}
