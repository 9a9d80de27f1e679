/** A short text that differs where two topologies do. */
import { createHash } from 'node:crypto'

/** Of what `describe()` prints: nodes, topics, stores and how they are connected. */
export function topologyFingerprint(description: string): string {
  return createHash('sha256').update(description).digest('hex').slice(0, 16)
}
