/**
 * How many records a second one core writes into and reads out of record batches.
 *
 * Records of a 20-byte key and a 100-byte value, 160 to a batch (about 21 KB). Each line is the best of several
 * rounds, since a busy machine only ever adds time.
 */
import { crc32c, installCrc32c, tableCrc32c } from '../src/base/crc32c.ts'
import { seededRandom } from '../src/base/random.ts'
import { installNativeCrc32c } from '../src/codecs/crc32c-native.ts'
import { registerAllCodecs } from '../src/codecs/index.ts'
import { batches, RecordCursor, validateBatch } from '../src/record/batch-reader.ts'
import { BatchWriter } from '../src/record/batch-writer.ts'
import { codecById, codecNames, isCodecRegistered } from '../src/record/compression.ts'

const recordsPerBatch = 160
const batchesPerRound = 2_000
const rounds = 7

interface Row {
  readonly name: string
  readonly perSecond: number
  readonly unit: 'records' | 'MB'
}

export function run(): void {
  registerAllCodecs()
  const rows: Row[] = []
  for (const native of [false, true]) {
    if (native && !installNativeCrc32c()) continue
    if (!native) installCrc32c(undefined)
    const crc = native ? 'native CRC' : 'table CRC'
    rows.push(
      { name: `encode, ${crc}`, perSecond: recordRate(encodeRound()), unit: 'records' },
      { name: `encode from ranges, ${crc}`, perSecond: recordRate(encodeRangeRound()), unit: 'records' },
      { name: `decode lazily with check, ${crc}`, perSecond: recordRate(decodeRound(true)), unit: 'records' },
    )
  }
  rows.push(
    { name: 'decode lazily, no check', perSecond: recordRate(decodeRound(false)), unit: 'records' },
    { name: 'decode with views of key and value', perSecond: recordRate(viewRound()), unit: 'records' },
    ...crcRows(),
    ...codecRows(),
  )
  print(rows)
}

const random = seededRandom(1)
const keys = Array.from({ length: recordsPerBatch }, () => randomBytes(20))
const values = Array.from({ length: recordsPerBatch }, () => randomBytes(100))

function encodeRound(): () => void {
  const writer = new BatchWriter(32 * 1024)
  return () => {
    for (let batch = 0; batch < batchesPerRound; batch++) {
      writer.reset()
      for (let index = 0; index < recordsPerBatch; index++) {
        writer.append(1_700_000_000_000 + index, keys[index]!, values[index]!)
      }
      consume(writer.close().length)
    }
  }
}

function encodeRangeRound(): () => void {
  const writer = new BatchWriter(32 * 1024)
  const cursor = new RecordCursor()
  const batch = sampleBatch()
  return () => {
    for (let round = 0; round < batchesPerRound; round++) {
      writer.reset()
      cursor.reset(batch, 0)
      while (cursor.next()) {
        const { bytes, timestamp, keyStart, keyEnd, valueStart, valueEnd } = cursor
        writer.appendRange(timestamp, bytes, keyStart, keyEnd, bytes, valueStart, valueEnd)
      }
      consume(writer.close().length)
    }
  }
}

function decodeRound(check: boolean): () => void {
  const cursor = new RecordCursor()
  const batch = sampleBatch()
  return () => {
    let sum = 0
    for (let round = 0; round < batchesPerRound; round++) {
      if (check) validateBatch(batch, 0)
      cursor.reset(batch, 0)
      while (cursor.next()) sum += cursor.keyEnd - cursor.keyStart + cursor.valueEnd + cursor.offset
    }
    consume(sum)
  }
}

function viewRound(): () => void {
  const batch = sampleBatch()
  return () => {
    let sum = 0
    for (let round = 0; round < batchesPerRound; round++) {
      for (const cursor of batches(batch)) {
        while (cursor.next()) sum += cursor.key()!.length + cursor.value()!.length
      }
    }
    consume(sum)
  }
}

function crcRows(): Row[] {
  return [200, 1_000, 20_000].flatMap(size => {
    const bytes = randomBytes(size)
    const count = Math.ceil(20_000_000 / size)
    const rate = (checksum: (bytes: Uint8Array, start: number, end: number) => number) =>
      (size * count) /
      1e6 /
      bestSeconds(() => {
        for (let index = 0; index < count; index++) consume(checksum(bytes, 0, size))
      })
    return [
      { name: `crc32c of ${size} bytes, table`, perSecond: rate(tableCrc32c), unit: 'MB' },
      { name: `crc32c of ${size} bytes, as installed`, perSecond: rate(crc32c), unit: 'MB' },
    ] satisfies Row[]
  })
}

/** Bytes as they were before compression, of text that looks like JSON events. */
function codecRows(): Row[] {
  const text = Array.from({ length: 400 }, (_, index) =>
    JSON.stringify({
      id: index,
      user: `user-${Math.floor(random.next() * 500)}`,
      amount: random.next() * 100,
      type: 'order',
    }),
  )
  const bytes = new TextEncoder().encode(text.join('\n')).slice(0, 16_384)
  return codecNames.flatMap((name, id) => {
    if (id === 0 || !isCodecRegistered(id)) return []
    const codec = codecById(id)
    const compressed = codec.compress(bytes)
    const ratio = (bytes.length / compressed.length).toFixed(1)
    const rate = (work: () => Uint8Array) =>
      (bytes.length * 200) /
      1e6 /
      bestSeconds(() => {
        for (let index = 0; index < 200; index++) consume(work().length)
      })
    return [
      {
        name: `${name} compress 16 KB (ratio ${ratio})`,
        perSecond: rate(() => codec.compress(bytes)),
        unit: 'MB',
      },
      {
        name: `${name} decompress 16 KB`,
        perSecond: rate(() => codec.decompress(compressed, bytes.length)),
        unit: 'MB',
      },
    ] satisfies Row[]
  })
}

function sampleBatch(): Uint8Array {
  const writer = new BatchWriter()
  for (let index = 0; index < recordsPerBatch; index++) {
    writer.append(1_700_000_000_000 + index, keys[index]!, values[index]!)
  }
  return writer.close()
}

function randomBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random.next() * 256))
}

function recordRate(round: () => void): number {
  return (recordsPerBatch * batchesPerRound) / bestSeconds(round)
}

function bestSeconds(round: () => void): number {
  let best = Infinity
  for (let index = 0; index < rounds; index++) {
    const start = performance.now()
    round()
    best = Math.min(best, performance.now() - start)
  }
  return best / 1_000
}

let sink = 0
/** Keeps the optimiser from dropping work whose result nobody reads. */
function consume(value: number): void {
  sink = (sink + value) | 0
}

function print(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(row => row.name.length))
  console.log(
    `Node ${process.version}, ${recordsPerBatch} records of 20 + 100 bytes a batch, best of ${rounds} rounds`,
  )
  for (const { name, perSecond, unit } of rows) {
    const amount =
      unit === 'records' ? `${(perSecond / 1e6).toFixed(1)} M records/s` : `${perSecond.toFixed(0)} MB/s`
    console.log(`${name.padEnd(width)}  ${amount.padStart(18)}`)
  }
}
