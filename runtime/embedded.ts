/**
 * The broker inside this process, as applications and tools use it: one of the two places where runtime and broker meet.
 *
 * Requests are handed over as objects and record batches as bytes, so running embedded costs no encoding and no
 * sockets; everything else is what a remote client would meet.
 */
import { startBroker, type BrokerOptions } from '../broker/index.ts'
import type { StreamsError } from '../src/base/errors.ts'
import type { Brokers } from './brokers.ts'

export interface EmbeddedBrokerOptions {
  /** The folder of its data; made if absent. One process at a time can use it (MR-4001). */
  readonly directory: string
  /** Kafka's own broker property names and values, such as `{ 'num.partitions': '4' }`. */
  readonly properties?: Readonly<Record<string, string>>
  /** @internal The file system, for tests of its faults. */
  readonly files?: NonNullable<BrokerOptions['files']>
}

/** A running broker and the way to connect to it. */
export interface EmbeddedBroker extends Brokers, AsyncDisposable {
  /** Ends connections, writes what a clean start needs, gives the folder up. Idempotent. */
  close(): Promise<void>
}

/**
 * Starts a broker in this process.
 *
 * @example
 * ```ts
 * import { startEmbeddedBroker } from 'millrace/runtime'
 *
 * await using broker = await startEmbeddedBroker({ directory: './data' })
 * ```
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const listeners = new Set<(failure: StreamsError) => void>()
  const broker = await startBroker({
    directory: options.directory,
    ...(options.files && { files: options.files }),
    onStorageFailure: failure => {
      for (const listener of listeners) listener(failure)
    },
    ...(options.properties && { config: options.properties }),
  })
  const close = (): Promise<void> => broker.close()
  return {
    network: broker.network,
    bootstrap: [{ host: broker.host, port: broker.port }],
    onStorageFailure: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
