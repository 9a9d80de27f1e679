/**
 * How fast messages are written and read: the two of the hot path and a small one, without their record bytes.
 *
 *   npm run bench -- protocol
 */
import { Bench } from 'tinybench'
import { zeroUuid } from '../src/base/uuid.ts'
import { messageOf } from '../src/protocol/decode.ts'
import { messageBytes } from '../src/protocol/encode.ts'
import { ProduceRequest } from '../src/protocol/messages/00-produce.ts'
import { FetchPartitionData, FetchResponse } from '../src/protocol/messages/01-fetch.ts'
import { EndTxnRequest } from '../src/protocol/messages/26-end-txn.ts'

const records = new Uint8Array(1000).fill(7)
const produce = ProduceRequest.create({
  acks: -1,
  timeoutMs: 30_000,
  topicData: [{ name: 'flights', topicId: zeroUuid, partitionData: [{ index: 0, records }] }],
})
const partitions = Array.from({ length: 10 }, (_, partitionIndex) =>
  FetchPartitionData.create({ partitionIndex, highWatermark: 1_000_000, abortedTransactions: null, records }),
)
const fetch = FetchResponse.create({ responses: [{ topic: 'flights', topicId: zeroUuid, partitions }] })
const endTxn = EndTxnRequest.create({
  transactionalId: 'app-0_3',
  producerId: 4001,
  producerEpoch: 2,
  committed: true,
})

export async function run(): Promise<void> {
  const bench = new Bench({ time: 500 })
  for (const version of [8, 9]) {
    const bytes = messageBytes(ProduceRequest, version, produce)
    bench.add(`Produce request v${version}, 1 partition, write`, () =>
      messageBytes(ProduceRequest, version, produce),
    )
    bench.add(`Produce request v${version}, 1 partition, read`, () =>
      messageOf(ProduceRequest, version, bytes),
    )
  }
  for (const version of [11, 12]) {
    const bytes = messageBytes(FetchResponse, version, fetch)
    bench.add(`Fetch response v${version}, 10 partitions, write`, () =>
      messageBytes(FetchResponse, version, fetch),
    )
    bench.add(`Fetch response v${version}, 10 partitions, read`, () =>
      messageOf(FetchResponse, version, bytes),
    )
  }
  const endTxnBytes = messageBytes(EndTxnRequest, 3, endTxn)
  bench.add('EndTxn request v3, write', () => messageBytes(EndTxnRequest, 3, endTxn))
  bench.add('EndTxn request v3, read', () => messageOf(EndTxnRequest, 3, endTxnBytes))

  await bench.run()
  for (const { name, result } of bench.tasks) {
    if (!('throughput' in result)) throw new Error(`${name} did not finish`)
    console.log(`${name.padEnd(45)} ${(result.throughput.mean / 1000).toFixed(0).padStart(8)} k/s`)
  }
}
