/** Kafka's error codes as a table: complete, and found by number. */
import { describe, expect, it } from 'vitest'
import { errorByCode, kafkaErrors, type KafkaError } from '../../../src/protocol/errors.ts'

const all = Object.values<KafkaError>(kafkaErrors)

describe('Kafka errors (semantics G13)', () => {
  it('has every code from -1 to 136 once', () => {
    expect(all.map(error => error.code)).toEqual(Array.from({ length: 138 }, (_, index) => index - 1))
  })

  it('finds each by its code and name', () => {
    for (const error of all) expect(errorByCode(error.code)).toBe(error)
    expect(kafkaErrors.NOT_LEADER_OR_FOLLOWER).toMatchObject({ code: 6, retriable: true })
    expect(kafkaErrors.PRODUCER_FENCED).toMatchObject({ code: 90, name: 'PRODUCER_FENCED', retriable: false })
  })

  it('takes a code of the future for an unknown error', () => {
    expect(errorByCode(9999)).toBe(kafkaErrors.UNKNOWN_SERVER_ERROR)
  })

  it('retries what the Java client retries', () => {
    const retriable = all.filter(error => error.retriable).map(error => error.code)
    expect(retriable).toEqual([
      2, 3, 5, 6, 7, 9, 13, 14, 15, 16, 19, 20, 41, 51, 56, 70, 71, 72, 74, 75, 78, 80, 83, 84, 88, 89, 100,
      103, 106, 122, 123, 133,
    ])
  })
})
