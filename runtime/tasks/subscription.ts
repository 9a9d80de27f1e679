/** Which topics an application's instances subscribe to, and which task each partition belongs to. */
import type { TopicPartition } from '../../src/base/topic-partition.ts'
import type { AssignableSubtopology } from '../assign/streams-assignor.ts'
import type { PatternTopics } from '../topics/pattern-topics.ts'
import type { PreparedTopics } from '../topics/prepare-topics.ts'

export class TaskSubscription {
  /** As the assignor sees them: topics by name, and those that patterns match. */
  readonly subtopologies: readonly AssignableSubtopology[]
  /** The topics that there are at the start. */
  readonly topics: readonly string[]
  readonly #patterns: PatternTopics
  readonly #named: ReadonlyMap<string, number>

  constructor({ subtopologies }: PreparedTopics, patterns: PatternTopics) {
    this.#patterns = patterns
    this.topics = [...new Set(subtopologies.flatMap(({ sourceTopics }) => sourceTopics))]
    this.subtopologies = subtopologies.map(({ subtopology: { id }, sourceTopics }) => ({
      id,
      sourceTopics: sourceTopics.filter(topic => !this.isMatched(topic)),
      matches: topic => patterns.subtopologyOf(topic) === id,
    }))
    this.#named = new Map(
      this.subtopologies.flatMap(({ id, sourceTopics }) => sourceTopics.map(topic => [topic, id] as const)),
    )
  }

  /** Whether a topic is read because a pattern matches it. */
  isMatched(topic: string): boolean {
    return this.#patterns.sourceOf(topic) !== undefined
  }

  /** The topics that there are now. */
  async current(): Promise<readonly string[]> {
    return [...new Set([...this.#named.keys(), ...(await this.#patterns.current())])]
  }

  /** Whether a pattern has matched one of these topics that is not there any more. */
  async hasLost(topics: readonly string[]): Promise<boolean> {
    const matched = topics.filter(topic => this.isMatched(topic))
    if (matched.length === 0) return false
    const current = new Set(await this.#patterns.current())
    return matched.some(topic => !current.has(topic))
  }

  taskIdOf({ topic, partition }: TopicPartition): string {
    return `${this.#named.get(topic) ?? this.#patterns.subtopologyOf(topic)!}_${partition}`
  }
}
