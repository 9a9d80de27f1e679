/**
 * The orders in which Java's hash and tree collections list their elements, for `describe()` alone.
 *
 * Kafka's description of a topology comes out of a `HashMap` of node names and of `TreeSet`s whose comparator reads
 * sizes that still change while nodes are inserted. The text depends on both, so that to print it byte for byte they
 * must be done as the JDK does them: `hashOrder` lists names as a `HashMap` that they were put into one by one, and
 * `TreeOrder` is a `TreeSet` of the same red-black shape. Neither is meant as a collection for other uses.
 */

/** `names`, distinct, in the order in which a `java.util.HashMap` would iterate over them. */
export function hashOrder(names: readonly string[]): readonly string[] {
  let capacity = 16
  while (names.length > capacity * 0.75) capacity *= 2
  const buckets = new Map<number, string[]>()
  for (const name of names) {
    const bucket = spreadHash(name) & (capacity - 1)
    const bucketNames = buckets.get(bucket)
    // Growing keeps the order within a bucket, so the buckets can be filled at the final capacity at once.
    if (bucketNames === undefined) buckets.set(bucket, [name])
    else bucketNames.push(name)
  }
  return [...buckets.keys()].sort((left, right) => left - right).flatMap(bucket => buckets.get(bucket)!)
}

function spreadHash(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0
  return hash ^ (hash >>> 16)
}

interface TreeNode<T> {
  readonly element: T
  red: boolean
  parent: TreeNode<T> | undefined
  left: TreeNode<T> | undefined
  right: TreeNode<T> | undefined
}

/** Insertion and iteration of a `java.util.TreeSet`; the comparator may change its mind between insertions. */
export class TreeOrder<T> {
  readonly #compare: (left: T, right: T) => number
  #root: TreeNode<T> | undefined

  constructor(compare: (left: T, right: T) => number) {
    this.#compare = compare
  }

  /** Inserts unless an element met on the way down compares equal. */
  add(element: T): void {
    const inserted: TreeNode<T> = { element, red: true, parent: undefined, left: undefined, right: undefined }
    if (this.#root === undefined) {
      inserted.red = false
      this.#root = inserted
      return
    }
    let parent = this.#root
    for (;;) {
      const order = this.#compare(element, parent.element)
      if (order === 0) return
      const next = order < 0 ? parent.left : parent.right
      if (next === undefined) {
        if (order < 0) parent.left = inserted
        else parent.right = inserted
        break
      }
      parent = next
    }
    inserted.parent = parent
    this.#rebalance(inserted)
  }

  *[Symbol.iterator](): Generator<T> {
    yield* inOrder(this.#root)
  }

  /** Restores the colours after an insertion: no red node has a red parent, and the root is black. */
  #rebalance(inserted: TreeNode<T>): void {
    let node = inserted
    while (node.parent?.red === true) {
      let parent = node.parent
      const grandparent = parent.parent!
      const side = parent === grandparent.left ? 'left' : 'right'
      const other = side === 'left' ? 'right' : 'left'
      const uncle = grandparent[other]
      if (uncle?.red === true) {
        parent.red = false
        uncle.red = false
        grandparent.red = true
        node = grandparent
        continue
      }
      if (node === parent[other]) {
        node = parent
        this.#rotate(node, side)
        parent = node.parent!
      }
      parent.red = false
      grandparent.red = true
      this.#rotate(grandparent, other)
    }
    this.#root!.red = false
  }

  /** Moves `pivot` down to `side`; its child of the other side takes its place. */
  #rotate(pivot: TreeNode<T>, side: 'left' | 'right'): void {
    const other = side === 'left' ? 'right' : 'left'
    const riser = pivot[other]!
    pivot[other] = riser[side]
    if (riser[side] !== undefined) riser[side].parent = pivot
    riser.parent = pivot.parent
    if (pivot.parent === undefined) this.#root = riser
    else if (pivot.parent.left === pivot) pivot.parent.left = riser
    else pivot.parent.right = riser
    riser[side] = pivot
    pivot.parent = riser
  }
}

function* inOrder<T>(node: TreeNode<T> | undefined): Generator<T> {
  if (node === undefined) return
  yield* inOrder(node.left)
  yield node.element
  yield* inOrder(node.right)
}
