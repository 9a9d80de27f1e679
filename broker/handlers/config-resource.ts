/** Kafka's numbers for what a configuration belongs to. */
export const configResources = { topic: 2, broker: 4, brokerLogger: 8 } as const
