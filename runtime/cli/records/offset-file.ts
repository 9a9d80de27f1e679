/**
 * Files of offsets, in the forms that people have: `topic,partition,offset` lines, as Kafka's own tool exports and takes them,
 * or JSON as `group seek` and `group describe` print it: a document, or a line for each partition.
 */
import { partitionKey, type TopicPartition } from '../../../src/base/topic-partition.ts'
import { invalid } from '../invalid.ts'

export interface FiledOffset extends TopicPartition {
  readonly offset: number
}

/** Reads a file of offsets. MR-6201 with the place of what is none. */
export function readOffsetFile(text: string, path: string): readonly FiledOffset[] {
  const offsets = /^\s*[[{]/.test(text) ? jsonOffsets(text, path) : lineOffsets(text, path)
  const seen = new Set<string>()
  for (const { topic, partition } of offsets) {
    const key = partitionKey(topic, partition)
    if (seen.has(key)) throw invalid(`${path} has ${key} twice`, 'Leave one of them.')
    seen.add(key)
  }
  return offsets
}

function lineOffsets(text: string, path: string): readonly FiledOffset[] {
  return text.split('\n').flatMap((line, index) => {
    const plain = line.replaceAll('"', '').trim()
    if (plain === '') return []
    const [topic, partition, offset] = plain.split(',').map(part => part.trim())
    return [checked({ topic, partition, offset }, `${path}:${index + 1}`)]
  })
}

function jsonOffsets(text: string, path: string): readonly FiledOffset[] {
  const document = parsed(text) ?? parsed(`[${text.trim().split('\n').join(',')}]`)
  if (document === undefined) throw invalid(`${path} is neither JSON nor lines of JSON`)
  const groups = Array.isArray(document) ? (document as unknown[]) : [document]
  const rows = groups.flatMap(each => (each as { offsets?: unknown[] } | null)?.offsets ?? [each])
  return rows
    .filter(row => (row as Fields | null)?.offset !== null)
    .map((row, index) => checked((row ?? {}) as Fields, `${path}, entry ${index + 1}`))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Another form is tried, or the caller says what it should be.
    return undefined
  }
}

interface Fields {
  readonly topic?: unknown
  readonly partition?: unknown
  readonly offset?: unknown
}

function checked({ topic, partition, offset }: Fields, place: string): FiledOffset {
  const numbers = [partition, offset].map(value =>
    /^\d{1,15}$/.test(String(value)) ? Number(value) : undefined,
  )
  if (typeof topic === 'string' && topic !== '' && numbers[0] !== undefined && numbers[1] !== undefined) {
    return { topic, partition: numbers[0], offset: numbers[1] }
  }
  throw invalid(`${place} is not a topic, a partition and an offset`, 'Write lines such as orders,0,120')
}
