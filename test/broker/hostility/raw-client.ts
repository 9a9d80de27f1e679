/** A client that sends whatever it is told to, and reads or does not read what comes back. */
import { connect, type Socket } from 'node:net'
import { startBroker, type Broker, type BrokerOptions } from '../../../broker/broker.ts'
import { MemoryFiles } from '../../../broker/log/memory-files.ts'
import { deferred } from '../../../src/base/deferred.ts'
import { seededRandom } from '../../../src/base/random.ts'
import type { Api } from '../../../src/protocol/api.ts'
import { requestFrame } from '../../../src/protocol/envelope.ts'
import { FrameSplitter } from '../../../src/protocol/frame.ts'
import { ApiVersions } from '../../../src/protocol/messages/18-api-versions.ts'
import { Reader } from '../../../src/protocol/reader.ts'

const closers: (() => unknown)[] = []

/** Closes what a test opened, last first; for `afterEach`. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close()
}

export interface Besieged {
  readonly broker: Broker
  readonly port: number
  /** Codes of why connections were ended. */
  readonly refusals: string[]
  readonly faults: unknown[]
}

/** A broker over memory that listens. */
export async function besieged(config: BrokerOptions['config'] = {}): Promise<Besieged> {
  const refusals: string[] = []
  const faults: unknown[] = []
  const broker = await startBroker({
    directory: '/data',
    files: new MemoryFiles(),
    random: seededRandom(1),
    config,
    onRefused: reason => refusals.push(reason.code),
    onFault: fault => faults.push(fault),
  })
  closers.push(() => broker.close())
  const { port } = await broker.listen({ port: 0 })
  return { broker, port, refusals, faults }
}

export class RawClient {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly #frames: Uint8Array[] = []
  #wanted: ((frame: Uint8Array) => void) | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    const splitter = new FrameSplitter(2 ** 31 - 1)
    this.socket.on('data', (chunk: Uint8Array) => splitter.push(chunk, frame => this.#take(frame)))
    this.socket.on('error', () => undefined)
    const { promise, resolve } = deferred()
    this.closed = promise
    this.socket.on('close', () => resolve())
    closers.push(() => this.socket.destroy())
  }

  send<Request>(api: Api<Request, unknown>, version: number, request: Request, correlationId = 1): void {
    this.write(...requestFrame(api, version, request, { correlationId, clientId: 'raw' }))
  }

  write(...chunks: Uint8Array[]): void {
    for (const chunk of chunks) this.socket.write(chunk)
  }

  /** The next answer, after its correlation id. */
  async next(): Promise<Reader> {
    const frame = this.#frames.shift() ?? (await new Promise<Uint8Array>(resolve => (this.#wanted = resolve)))
    return new Reader(frame, 4)
  }

  /** Asks for the versions and answers the milliseconds until they came. */
  async ask(): Promise<number> {
    const started = performance.now()
    this.send(ApiVersions, 0, ApiVersions.request.create({}))
    await this.next()
    return performance.now() - started
  }

  #take(frame: Uint8Array): void {
    const wanted = this.#wanted
    this.#wanted = undefined
    if (wanted === undefined) this.#frames.push(frame)
    else wanted(frame)
  }
}

/** A frame: length, API key, version, correlation id, no client id, and what follows. */
export function frameOf(apiKey: number, version: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const header = Uint8Array.of(0, apiKey, 0, version, 0, 0, 0, 1, 0xff, 0xff)
  const body = Buffer.concat([header, ...parts])
  return Buffer.concat([lengthOf(body.length), body])
}

/** An int32. */
export function lengthOf(length: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setInt32(0, length)
  return bytes
}

/** An unsigned varint. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80)
  return Uint8Array.from([...bytes, left])
}

/** Bytes on the heap and beside it. */
export function memoryHeld(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Polls until `holds` does; for what another connection's end brings about. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
}
