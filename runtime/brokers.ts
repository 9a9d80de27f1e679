/**
 * The brokers that an application, a writer or a reader works with: an embedded one or a cluster on the network, by the same
 * client code either way.
 */
import { StreamsError } from '../src/base/errors.ts'
import { registerAllCodecs } from '../src/codecs/index.ts'
import type { Network } from '../src/protocol/connection.ts'
import { systemClock } from '../system/clock.ts'
import { systemRandom } from '../system/random.ts'
import { Cluster, type ClusterOptions } from './client/cluster.ts'
import type { BrokerAddress } from './client/connections.ts'
import type { SaslLogin } from './client/sasl-login.ts'
import { TcpNetwork } from './client/tcp-network.ts'
import type { TlsTrust } from './client/tls-trust.ts'
import { version } from './version.ts'

/** Brokers and the way to connect to them. */
export interface Brokers {
  readonly network: Network
  /** Those to begin with; the others are learnt from them. */
  readonly bootstrap: readonly BrokerAddress[]
  /**
   * Tells `listener` of every write that a broker's disk refuses, until the function that it answers is called. Only an
   * embedded broker can tell.
   */
  onStorageFailure(listener: (failure: StreamsError) => void): () => void
}

/** What brokers on the network ask of their clients. */
export interface KafkaSecurity {
  /** TLS: `true` trusts the authorities that the system trusts. Default: plain connections. */
  readonly ssl?: boolean | TlsTrust | undefined
  /** Whom to log in as. Default: nobody. */
  readonly sasl?: SaslLogin | undefined
}

/**
 * Brokers on the network: `millrace broker start`, or an Apache Kafka cluster from 2.5 on.
 *
 * Nothing is connected yet: a broker that cannot be reached is found by what uses this (MR-5001). MR-6005 for a list that is
 * not one of addresses.
 *
 * @param bootstrap `host:port`, several separated by commas.
 * @param security How to talk TLS and whom to log in as, where the brokers ask for it.
 *
 * @example
 * ```ts
 * import { kafkaBrokers } from 'millrace/runtime'
 *
 * const brokers = kafkaBrokers('kafka-1:9092,kafka-2:9092')
 * console.log(brokers.bootstrap.length) // 2
 * ```
 */
export function kafkaBrokers(bootstrap: string, { ssl, sasl }: KafkaSecurity = {}): Brokers {
  return {
    network: new TcpNetwork({
      software: { name: 'millrace', version },
      tls: ssl === true ? {} : ssl === false ? undefined : ssl,
      sasl,
    }),
    bootstrap: addressesOf(bootstrap),
    onStorageFailure: () => () => undefined,
  }
}

/** A client of these brokers. */
export function openCluster(
  { network, bootstrap }: Brokers,
  clientId: string,
  timeouts: Pick<ClusterOptions, 'callTimeoutMs' | 'requestTimeoutMs'> = {},
): Cluster {
  registerAllCodecs()
  return new Cluster({ network, bootstrap, clock: systemClock, random: systemRandom, clientId, ...timeouts })
}

function addressesOf(bootstrap: string): BrokerAddress[] {
  const words = bootstrap.split(',').map(word => word.trim())
  const addresses = words.flatMap(word => {
    const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/\s]+)):(\d{1,5})$/.exec(word) ?? []
    const host = bracketed ?? plain
    return host === undefined || Number(port) > 65_535 ? [] : [{ host, port: Number(port) }]
  })
  if (addresses.length === words.length) return addresses
  throw new StreamsError('MR-6005', {
    what: `${JSON.stringify(bootstrap)} is not a list of broker addresses`,
    fix: 'write host:port, several separated by commas: kafka-1:9092,kafka-2:9092',
  })
}
