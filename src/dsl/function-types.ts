/**
 * The functions that operators take: `(value, key, ctx)` for what looks at a record, `(accumulator, value, key)` for
 * what folds, `(left, right, key)` for what joins.
 *
 * All are synchronous. Values handed in are immutable: a function that changes one changes what other operators see.
 */
import type { RecordContext } from '../processor/processor.ts'

/** Says whether a record is meant. */
export type Predicate<K, V> = (value: V, key: K, context: RecordContext) => boolean

/** Says whether a record is meant, and narrows its type where it is. */
export type TypeGuard<K, V, W extends V> = (value: V, key: K, context: RecordContext) => value is W

/** What a type guard narrows to; `V` for other predicates. Written as a method, whose parameters TypeScript compares loosely. */
export type Guarded<P, V> = P extends {
  guard(value: unknown, ...others: unknown[]): value is infer W
}['guard']
  ? W
  : V

/** Makes something of a record. */
export type Mapper<K, V, R> = (value: V, key: K, context: RecordContext) => R

/** Starts an aggregate; called anew for every key, so that no two share one. */
export type Initializer<A> = () => A

/** Adds a value to an aggregate and answers the new one. Nothing (`undefined`) deletes the key's row. */
export type Aggregator<K, V, A> = (aggregate: A, value: V, key: K) => A

/** Makes one aggregate of those of two sessions, of which `left` ended first; `left` may be the initial value. */
export type Merger<K, A> = (left: A, right: A, key: K) => A

/** Combines the values of two sides. */
export type Joiner<K, L, R, W> = (left: L, right: R, key: K) => W

/** Functions as the classes behind the types see them. */
export type AnyPredicate = Predicate<unknown, unknown>
export type AnyMapper = Mapper<unknown, unknown, unknown>

/** What a message shows where an asynchronous function is given to a synchronous operator. */
export interface AsyncCallbackNotAllowed<Hint extends string> {
  readonly 'ERROR: this callback must be synchronous': Hint
}

/** Written as members, so that messages of the compiler spell them out, instead of naming an alias. */
interface Hints {
  readonly async: AsyncCallbackNotAllowed<'use mapValuesAsync(fn, { concurrency, ordering }) on a stream'>
  readonly key: KeySerdeMissing<'keys other than strings name their serde: { key: int64() }'>
}

/** What no result of a callback is; a promise does not fit either, and the message says what to use. */
export type NotAsync = Hints['async']

/** `W`, unless it is a promise. */
export type Sync<W> = W extends PromiseLike<unknown> ? NotAsync : W

/** What a message shows where a key that is not a string comes without its serde. */
export interface KeySerdeMissing<Hint extends string> {
  readonly 'ERROR: how is this key written?': Hint
}

/** Stands beside keys that need no serde to be named, being strings: others do not fit, and the message says why. */
export type NotOtherKey = Hints['key']

/** What a message shows where a topic holds something else than the stream. */
export interface TopicOfOtherTypes<Hint extends string> {
  readonly 'ERROR: this topic holds something else': Hint
}

/** Says whether a record is meant: what operators take, predicates and type guards alike. */
export type Check<K, V> = Mapper<K, V, boolean | NotAsync>

/** Adds a value to an aggregate: what operators take. */
export type Fold<K, V, A> = (aggregate: A, value: V, key: K) => A | NotAsync
