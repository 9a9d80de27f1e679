/** The names of the formats in which a topology is shown: apart from `view.ts`, which loads what draws them. */

/** `text` is that of Kafka Streams, byte for byte; `json` is the `TopologyDescription`. */
export const topologyFormats = ['text', 'mermaid', 'dot', 'json', 'svg'] as const

export type TopologyFormat = (typeof topologyFormats)[number]
