/** Memory that is used again: whose it is, and how much of it is kept. */
import { describe, expect, it } from 'vitest'
import { AnswerMemory } from '../../../broker/net/answer-memory.ts'
import { BufferPool, pooledBytesMin } from '../../../broker/net/buffer-pool.ts'

const size = 64 * 1024

describe('BufferPool', () => {
  it('hands out what was given back, the last first', () => {
    const pool = new BufferPool()
    const [first, second] = [pool.take(size), pool.take(size)]
    pool.give(first)
    // A view stands for all of it.
    pool.give(second.subarray(10, 20))
    expect(pool.freeBytes).toBe(2 * size)
    expect(pool.take(size - 100).buffer).toBe(second.buffer)
    expect(pool.take(size).buffer).toBe(first.buffer)
    expect(pool.freeBytes).toBe(0)
  })

  it('never hands out memory twice that was given back twice', () => {
    const pool = new BufferPool()
    const memory = pool.take(size)
    pool.give(memory)
    pool.give(memory)
    expect(pool.freeBytes).toBe(size)
    expect(pool.take(size).buffer).not.toBe(pool.take(size).buffer)
  })

  it('takes no memory of others, small or huge', () => {
    const pool = new BufferPool()
    for (const memory of [new Uint8Array(size), pool.take(pooledBytesMin - 1), pool.take(5 << 20)]) {
      pool.give(memory)
    }
    expect(pool.freeBytes).toBe(0)
  })

  it('keeps no more free than it may', () => {
    const pool = new BufferPool(3 * size)
    const all = Array.from({ length: 10 }, () => pool.take(size))
    for (const memory of all) pool.give(memory)
    expect(pool.freeBytes).toBe(3 * size)
  })

  it.each([pooledBytesMin, pooledBytesMin + 1, 1 << 20, (1 << 20) + 1, 4 << 20])('fits %d bytes', bytes => {
    const { length } = new BufferPool().take(bytes)
    expect(length).toBeGreaterThanOrEqual(bytes)
    expect(length).toBeLessThan(2 * bytes)
  })
})

describe('AnswerMemory', () => {
  it('gives back what an answer lay in once it was written, and not what the next one lies in', () => {
    const pool = new BufferPool()
    const memory = new AnswerMemory({ pool })
    memory.take(size)
    const { written } = memory.leave()
    const next = memory.take(size)
    written?.()
    expect(pool.freeBytes).toBe(size)
    expect(pool.take(size).buffer).not.toBe(next.buffer)
  })

  it('keeps what it is not known whether the system still looks at', () => {
    const pool = new BufferPool()
    const memory = new AnswerMemory({ pool })
    memory.take(size)
    memory.leave().written?.(new Error('gone'))
    expect([pool.freeBytes, memory.leave().written]).toEqual([0, undefined])
  })

  it('gives back at once what is part of no answer', () => {
    const pool = new BufferPool()
    const memory = new AnswerMemory({ pool })
    memory.take(size)
    memory.discard()
    expect([pool.freeBytes, memory.leave().written]).toEqual([size, undefined])
  })
})
