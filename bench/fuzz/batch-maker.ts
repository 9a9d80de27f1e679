/** Record batches for the fuzzer: whole ones in every codec, of idle and of transactional producers, and damaged ones. */
import { randomIndex, type Random } from '../../src/base/random.ts'
import { writeInt32 } from '../../src/base/bytes.ts'
import { batchField, batchHeaderBytes, computedCrcOf } from '../../src/record/batch-format.ts'
import { BatchWriter } from '../../src/record/batch-writer.ts'
import { isCodecRegistered } from '../../src/record/compression.ts'
import { mutated } from './mutations.ts'

/** A batch, whole or not; sometimes two, sometimes none. */
export function anyRecords(random: Random): Uint8Array | null {
  const kind = randomIndex(random, 12)
  if (kind === 0) return null
  if (kind === 1) return noise(random, randomIndex(random, 200))
  const batch = wholeBatch(random)
  if (kind === 2) return mutated(batch, random)
  // A wrong header under a right checksum, which is what gets past the first look.
  if (kind === 3) return withChecksum(mutated(batch, random))
  if (kind === 4) return Buffer.concat([batch, wholeBatch(random)])
  return batch
}

export function noise(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => randomIndex(random, 256))
}

function wholeBatch(random: Random): Uint8Array {
  const writer = new BatchWriter()
  const count = 1 + randomIndex(random, 5)
  const timestamp =
    random.next() < 0.9 ? Date.now() - randomIndex(random, 1000) : randomIndex(random, 2 ** 50)
  for (let index = 0; index < count; index++) {
    const key = random.next() < 0.3 ? null : noise(random, randomIndex(random, 8))
    const value = random.next() < 0.2 ? null : new Uint8Array(randomIndex(random, 300)).fill(index)
    writer.append(timestamp + index, key, value)
  }
  const codec = randomIndex(random, 5)
  const sequenced = random.next() < 0.4
  return writer.close({
    codec: isCodecRegistered(codec) ? codec : 0,
    ...(sequenced && {
      producerId: randomIndex(random, 20),
      producerEpoch: randomIndex(random, 3),
      baseSequence: random.next() < 0.7 ? 0 : randomIndex(random, 20),
      transactional: random.next() < 0.5,
    }),
  })
}

function withChecksum(batch: Uint8Array): Uint8Array {
  if (batch.length < batchHeaderBytes) return batch
  writeInt32(batch, batchField.batchLength, batch.length - 12)
  writeInt32(batch, batchField.crc, computedCrcOf(batch, 0))
  return batch
}
