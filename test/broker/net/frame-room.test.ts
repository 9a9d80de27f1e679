/** How much memory an arriving request gets, by what has arrived and by what there is. */
import { describe, expect, it } from 'vitest'
import { BufferPool } from '../../../broker/net/buffer-pool.ts'
import { FrameRoom } from '../../../broker/net/frame-room.ts'

const mebibyte = 1024 * 1024
const frameBytes = 64 * mebibyte

describe('the memory of an arriving request', () => {
  it.each([
    { arrived: 5, room: 16 * 1024, why: 'a length alone is not believed' },
    { arrived: 16 * 1024, room: mebibyte, why: 'most requests are in their place after one copy' },
    { arrived: mebibyte, room: 4 * mebibyte, why: 'larger ones are not believed either' },
    { arrived: 3 * mebibyte, room: 12 * mebibyte, why: 'beyond the sizes of the pool' },
  ])('is $room bytes where $arrived have arrived: $why', ({ arrived, room }) => {
    const memory = new FrameRoom(new BufferPool(), () => false)
    expect(memory.take(arrived, frameBytes)).toHaveLength(room)
  })

  it('is little where memory is scarce', () => {
    const memory = new FrameRoom(new BufferPool(), () => true)
    expect(memory.take(100_000, frameBytes)).toHaveLength(150_000)
    expect(memory.take(100_000, 120_000)).toHaveLength(120_000)
    expect(memory.take(5, frameBytes)).toHaveLength(16 * 1024)
  })

  it('is what a whole request takes, or the next size of the pool', () => {
    const memory = new FrameRoom(new BufferPool(), () => false)
    expect(memory.take(1000, 1000)).toHaveLength(1000)
    expect(memory.take(40_000, 40_000)).toHaveLength(65_536)
  })
})
