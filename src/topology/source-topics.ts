/**
 * Which source reads which topics: a topic has one source, whether it is named or matched by a pattern (semantics D2).
 *
 * What can be known when the topology is built is refused then: a topic named twice, and a named one that a pattern
 * matches too. Whether two patterns match the same topic shows when there is one: see `matched-topics.ts`.
 */
import { StreamsError } from '../base/errors.ts'
import { validateName } from './names.ts'

/** A source that asks for topics. */
export interface ClaimingSource {
  readonly name: string
  readonly declaredAt: string | undefined
}

export class SourceTopics {
  readonly #sources = new Map<string, string>()
  readonly #patterns = new Map<string, RegExp>()

  /** Whether no source has any. */
  get isEmpty(): boolean {
    return this.#sources.size + this.#patterns.size === 0
  }

  /** Gives topics to a source. MR-1001 if another source reads one of them, or there is none. */
  claim(source: ClaimingSource, topics: readonly string[]): void {
    const { name, declaredAt } = source
    if (topics.length === 0)
      throw new StreamsError('MR-1001', {
        what: `source '${name}' has no topics`,
        fix: 'name at least one topic',
      })
    for (const topic of topics) {
      validateName(topic, 'a topic', `source '${name}'`)
      const other = this.#sources.get(topic)
      if (other !== undefined)
        throw new StreamsError('MR-1001', {
          what: `topic '${topic}' is read by source '${other}' and by source '${name}'`,
          where: declaredAt,
          fix: 'read the topic once and use that stream or table in both places',
        })
      for (const [matching, pattern] of this.#patterns)
        if (pattern.test(topic)) throw matched(topic, matching, name, declaredAt)
    }
    for (const topic of topics) this.#sources.set(topic, name)
  }

  /** Gives all topics that a pattern will match to a source. MR-1001 if another source reads one of them already. */
  claimPattern({ name, declaredAt }: ClaimingSource, pattern: RegExp): void {
    for (const [topic, source] of this.#sources)
      if (pattern.test(topic)) throw matched(topic, name, source, declaredAt)
    this.#patterns.set(name, pattern)
  }
}

/** A pattern that matches whole names and remembers nothing from one test to the next. */
export function wholeNames({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ''))
}

/** A pattern that `wholeNames` made, as it was written. */
export function patternText({ source }: RegExp): string {
  return source.slice('^(?:'.length, -')$'.length)
}

function matched(topic: string, matching: string, other: string, where: string | undefined): StreamsError {
  return new StreamsError('MR-1001', {
    what: `topic '${topic}' of source '${other}' is matched by the pattern of source '${matching}' too`,
    where,
    why: 'A topic has one source: its records could not go to both in one order.',
    fix: 'narrow the pattern, or leave the topic to the pattern',
  })
}
