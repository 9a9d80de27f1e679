/** @platformatic/kafka is led through the scenario. */
import * as zlib from 'node:zlib'
import { findPlatformatic } from './platformatic-client.ts'
import { leadThroughScenario } from './suite.ts'

leadThroughScenario({
  name: '@platformatic/kafka',
  found: await findPlatformatic(),
  without: {
    ...(!('zstdCompressSync' in zlib) && {
      'produces and consumes: zstd': 'it needs a Node that has zstd',
    }),
    'offsets in transactions': 'it takes them from messages of a consumer of its own only',
  },
})
