/** Answers that the system is handed as ranges of files: whole and in order, whatever it takes at a time, and nothing is held after. */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { startBroker } from '../../../broker/broker.ts'
import type { FileRange } from '../../../broker/file-range.ts'
import type { File } from '../../../broker/log/files.ts'
import { NodeFiles } from '../../../broker/log/node-files.ts'
import { FileAnswer } from '../../../broker/net/file-answer.ts'
import { systemSend, type SystemSend } from '../../../broker/net/system-send.ts'
import { TcpNetwork } from '../../../runtime/client/tcp-network.ts'
import { deferred } from '../../../src/base/deferred.ts'
import { seededRandom, type Random } from '../../../src/base/random.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { readResponse, requestFrame } from '../../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { Fetch } from '../../../src/protocol/messages/01-fetch.ts'
import { DeleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts'
import { Reader } from '../../../src/protocol/reader.ts'
import { BatchWriter } from '../../../src/record/batch-writer.ts'
import { systemClock } from '../../../system/clock.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { createTopic, fetchedOf, fetchFrom, fetchRequest, produce, valuesOf } from '../broker-fixture.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** Files of the system, and how many ranges of them are out. */
class CountedFiles extends NodeFiles {
  lent = 0
  out = 0

  override open(path: string, mode: 'read' | 'write' | 'create'): File {
    const file = super.open(path, mode)
    const lend = file.lend.bind(file)
    file.lend = (position, length) => {
      const range = lend(position, length)
      if (range === undefined) return undefined
      this.lent++
      this.out++
      const release = (): void => {
        this.out--
        range.release()
      }
      return { ...range, release: atMostOnce(release) }
    }
    return file
  }
}

function atMostOnce(act: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) act()
    isDone = true
  }
}

/** A server's end of a connection, and the client's. */
async function socketPair(): Promise<{ readonly near: Socket; readonly far: Socket }> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const accepted = once(server, 'connection')
  const far = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  const [near] = (await accepted) as [Socket]
  closers.push(
    () => server.close(),
    () => near.destroy(),
    () => far.destroy(),
  )
  return { near, far }
}

/** Takes as many bytes as it likes, mostly some, and refuses now and then for good. */
function moodySend(random: Random): SystemSend {
  const write = (socket: number, bytes: Uint8Array): number => {
    const mood = random.next()
    if (mood < 0.005) return -1
    if (mood < 0.2) return 0
    try {
      return writeSync(socket, bytes, 0, 1 + Math.floor(random.next() * bytes.length))
    } catch {
      return 0
    }
  }
  return {
    bytes: write,
    file(socket, range, from) {
      const bytes = new Uint8Array(Math.min(range.length - from, 1 + Math.floor(random.next() * 200_000)))
      return write(socket, bytes.subarray(0, range.read(bytes, from)))
    },
    keepAtMost: () => undefined,
  }
}

/** Waits until it holds, a turn of the event loop at a time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}

describe('an answer with ranges of files', () => {
  async function arrange(): Promise<{ files: CountedFiles; file: File; contents: Uint8Array }> {
    const path = join(await temporaryDirectory(), 'file')
    const contents = Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * 31 + (index >> 8)) % 251)
    await writeFile(path, contents)
    const files = new CountedFiles()
    return { files, file: files.open(path, 'read'), contents }
  }

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('arrives whole and in order: seed %i', async seed => {
    const random = seededRandom(seed)
    const { files, file, contents } = await arrange()
    const { near, far } = await socketPair()
    const send = moodySend(random)
    const received: Uint8Array[] = []
    let receivedBytes = 0
    far.on('data', (chunk: Uint8Array) => {
      received.push(chunk)
      receivedBytes += chunk.length
    })
    const expected: Uint8Array[] = []
    for (let count = 0; count < 6; count++) {
      const chunks: Uint8Array[] = []
      const ranges = new Map<Uint8Array, FileRange>()
      const before = Uint8Array.of(count, 1, 2, 3)
      near.cork()
      near.write(before)
      expected.push(before)
      for (let part = 0; part < 1 + random.next() * 5; part++) {
        const [position, length] = [
          Math.floor(random.next() * 1_000_000),
          1 + Math.floor(random.next() * 2_000_000),
        ]
        const header = new Uint8Array(1 + Math.floor(random.next() * 300_000)).fill(part)
        const standIn = new Uint8Array(length)
        ranges.set(standIn, file.lend(position, length)!)
        chunks.push(header, standIn)
        expected.push(header, contents.subarray(position, position + length))
      }
      const { promise: taken, resolve: onTaken, reject: onFailed } = deferred()
      if (!new FileAnswer({ socket: near, send, chunks, ranges, onTaken, onFailed }).start()) await taken
      near.uncork()
    }
    file.close()
    expect(files.out).toBe(0)
    const whole = Buffer.concat(expected)
    await until(() => receivedBytes >= whole.length)
    expect(Buffer.compare(Buffer.concat(received), whole)).toBe(0)
  })

  it('keeps a file open that is closed meanwhile, and lets go of it when the connection is given up', async () => {
    const { files, file } = await arrange()
    const { near } = await socketPair()
    const standIn = new Uint8Array(3_000_000)
    const range = file.lend(0, standIn.length)!
    file.close()
    const send: SystemSend = { bytes: () => 0, file: () => 0, keepAtMost: () => undefined }
    const options = { socket: near, send, chunks: [standIn], ranges: new Map([[standIn, range]]) }
    const answer = new FileAnswer({ ...options, onTaken: () => undefined, onFailed: () => undefined })
    expect([answer.start(), files.out]).toEqual([false, 1])
    expect(range.read(new Uint8Array(10), 5)).toBe(10)
    answer.close()
    expect(files.out).toBe(0)
  })

  it('is given up where the file has become shorter', async () => {
    const { files, file } = await arrange()
    const { near } = await socketPair()
    const standIn = new Uint8Array(100)
    const ranges = new Map([[standIn, file.lend(2_999_950, 100)!]])
    const { promise: failed, resolve: onFailed } = deferred<unknown>()
    const send: SystemSend = { bytes: () => -1, file: () => -1, keepAtMost: () => undefined }
    new FileAnswer({
      socket: near,
      send,
      chunks: [standIn],
      ranges,
      onTaken: () => undefined,
      onFailed,
    }).start()
    expect(await failed).toMatchObject({ code: 'MR-4004' })
    expect(files.out).toBe(0)
  })
})

describe.skipIf(systemSend() === undefined)(
  'a broker that sends ranges of files (skipped where koffi is not there)',
  () => {
    const valueBytes = 200_000
    const count = 60
    const expected = Array.from({ length: count }, (_, number) => valueOf(number))

    function valueOf(number: number): string {
      return `${number}:`.padEnd(valueBytes, String.fromCodePoint(97 + (number % 26)))
    }

    /** A topic of 12 MB in segments of 1 MB, of which the last few are in memory. */
    async function arrange(): Promise<{ files: CountedFiles; port: number; connection: Connection }> {
      const files = new CountedFiles()
      const directory = await temporaryDirectory()
      const broker = await startBroker({ directory, files, clock: systemClock, random: seededRandom(1) })
      closers.push(() => broker.close())
      const { port } = await broker.listen({ port: 0 })
      const connection = await new TcpNetwork({ software: { name: 'test', version: '1' } }).connect(
        '127.0.0.1',
        port,
      )
      closers.push(() => connection.close())
      await createTopic(connection, 't', { configs: { 'segment.bytes': '1048576' } })
      for (const value of expected) {
        const writer = new BatchWriter()
        writer.append(1_700_000_000_000, null, Buffer.from(value))
        await produce(connection, 't', writer.close())
      }
      return { files, port, connection }
    }

    /** Asks for everything from each of the offsets, and reads the answers when it is told to. */
    async function slowReader(port: number, offsets: readonly number[]) {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.pause()
      closers.push(() => socket.destroy())
      await once(socket, 'connect')
      for (const fetchOffset of offsets) {
        const request = fetchRequest('t', [{ partition: 0, fetchOffset, partitionMaxBytes: 50_000_000 }])
        for (const chunk of requestFrame(Fetch, 12, request, { correlationId: 1, clientId: 'slow' }))
          socket.write(chunk)
      }
      const read = async (): Promise<string[][]> => {
        const answers: string[][] = []
        const splitter = new FrameSplitter(1 << 26)
        for await (const chunk of socket) {
          splitter.push(chunk as Uint8Array, frame =>
            answers.push(valuesOf(fetchedOf(readResponse(new Reader(frame, 4), Fetch, 12)).records)),
          )
          if (answers.length === offsets.length) break
        }
        return answers
      }
      return { socket, read }
    }

    it('answers what was written', async () => {
      const { files, connection } = await arrange()
      const values: string[] = []
      while (values.length < count) {
        values.push(...valuesOf(fetchedOf(await fetchFrom(connection, 't', values.length)).records))
      }
      expect(values).toEqual(expected)
      expect(files.lent).toBeGreaterThan(5)
      expect(files.out).toBe(0)
    })

    it('answers it to those who take their time, though the topic is deleted meanwhile', async () => {
      const { files, port, connection } = await arrange()
      const offsets = Array.from({ length: 12 }, (_, index) => index * 3)
      const readers = await Promise.all([1, 2, 3].map(() => slowReader(port, offsets)))
      await until(() => files.out >= 3)
      const names = ['t']
      const request = DeleteTopics.request.create({ topicNames: names, timeoutMs: 10_000 })
      await connection.send(DeleteTopics, 4, request)
      for (const { read } of readers) {
        const answers = await read()
        for (const [index, values] of answers.entries()) {
          const offset = offsets[index]!
          expect(values).toEqual(expected.slice(offset, offset + values.length))
        }
        expect(answers[0]!.length).toBeGreaterThan(3)
      }
      await until(() => files.out === 0)
    })

    it('holds nothing for those who go away', async () => {
      const { files, port } = await arrange()
      const readers = await Promise.all([1, 2, 3].map(() => slowReader(port, Array(24).fill(0))))
      await until(() => files.out >= 3)
      for (const { socket } of readers) socket.destroy()
      await until(() => files.out === 0)
    })
  },
)
