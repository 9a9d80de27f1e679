/**
 * `KStream` as it is named by the interfaces that it is itself made of.
 *
 * Streams group into tables and tables turn into streams, so that files which import one another's interfaces would be a
 * ring. This is the one arrow of it that is no import: `kstream.ts` says here what a stream is, and a compiler shows
 * `KStream` wherever `StreamOf` is written. All else is imported: `kstream.ts` from the groups, those from the tables.
 */

/** What `kstream.ts` adds to. */
// oxlint-disable-next-line no-unused-vars -- its member stands in kstream.ts
export interface Nouns<K, V> {}

/** A stream of these keys and values: `KStream<K, V>`. */
export type StreamOf<K, V> = Nouns<K, V>['stream']
