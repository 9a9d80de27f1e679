/** A client of a broker over memory: time moves by hand, and the network between them loses what a test wants lost. */
import { StreamsError } from '../../../src/base/errors.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import type { Api } from '../../../src/protocol/api.ts'
import type { Connection, Network } from '../../../src/protocol/connection.ts'
import { noHeaders } from '../../../src/record/record.ts'
import { Admin } from '../../../runtime/client/admin.ts'
import { Cluster } from '../../../runtime/client/cluster.ts'
import type { FetchedPartition, Fetcher } from '../../../runtime/client/fetcher.ts'
import type { Producer } from '../../../runtime/client/producer.ts'
import { startFixture } from '../../broker/broker-fixture.ts'
import { settle, type VirtualClock } from '../../broker/virtual-clock.ts'

/** A request on its way. */
export interface Sent {
  readonly api: string
  readonly version: number
  readonly request: unknown
  readonly lane: number
}

/** What becomes of a request: passed on, lost before or after the broker acts, never answered, or answered by the test. */
export type Fate = 'pass' | 'lost-before' | 'lost-after' | 'hangs' | { readonly answer: unknown }

export class TestNetwork implements Network {
  /** Every request that was sent, in order. */
  readonly sent: Sent[] = []
  /** Asked for each request. Default: all pass. */
  fate: (sent: Sent) => Fate = () => 'pass'
  /** Rewrites answers of the broker, by the API's name. */
  answers = new Map<string, (answer: unknown, sent: Sent) => unknown>()
  /** Highest version that the broker is to offer, by the API's name. */
  versionsMax: Readonly<Record<string, number>> = {}
  /** Whether connections open. */
  reachable = true
  readonly #open: () => Connection
  #lanes = 0

  constructor(open: () => Connection) {
    this.#open = open
  }

  connect(): Promise<Connection> {
    if (!this.reachable) return Promise.reject(new StreamsError('MR-5001', { what: 'unreachable' }))
    const lane = this.#lanes++
    const inner = this.#open()
    const lost = (): Promise<never> => {
      void inner.close()
      return Promise.reject(new StreamsError('MR-5001', { what: 'the network lost the connection' }))
    }
    return Promise.resolve({
      versions: api => {
        const known = inner.versions(api)
        return known && { min: known.min, max: Math.min(known.max, this.versionsMax[api.name] ?? Infinity) }
      },
      send: <Request, Response>(api: Api<Request, Response>, version: number, request: Request) => {
        const sent = { api: api.name, version, request, lane }
        this.sent.push(sent)
        const fate = this.fate(sent)
        if (fate === 'hangs') return new Promise<never>(() => undefined)
        if (fate === 'lost-before') return lost()
        if (typeof fate === 'object') return Promise.resolve(fate.answer as Response)
        const answer = inner.send(api, version, request)
        if (fate === 'lost-after') return answer.then(lost)
        const rewrite = this.answers.get(api.name)
        return rewrite === undefined ? answer : answer.then(value => rewrite(value, sent) as Response)
      },
      close: () => inner.close(),
      closed: inner.closed,
    })
  }

  /** Loses requests of an API: the first `count` of them, from now on. */
  lose(api: string, fate: Fate, count = 1): void {
    let left = count
    this.fate = sent => (sent.api === api && left-- > 0 ? fate : 'pass')
  }

  /** The requests of an API. */
  of<Request>(api: string): readonly (Sent & { readonly request: Request })[] {
    return this.sent.filter(sent => sent.api === api) as (Sent & { readonly request: Request })[]
  }
}

export interface ClientFixture {
  readonly clock: VirtualClock
  readonly network: TestNetwork
  readonly cluster: Cluster
  readonly admin: Admin
  readonly connection: Connection
  /** Another client of the same broker. */
  readonly newCluster: () => Cluster
  /** Moves time on until a promise settles; fails after two minutes of that time. */
  readonly until: <T>(promise: Promise<T>) => Promise<T>
}

export async function startClient(
  options: { readonly config?: Readonly<Record<string, string>>; readonly callTimeoutMs?: number } = {},
): Promise<ClientFixture> {
  const { broker, clock, connection } = await startFixture({ config: { ...quick, ...options.config } })
  const network = new TestNetwork(() => broker.connect({ clientId: 'test' }))
  let clusters = 0
  const newCluster = (): Cluster =>
    new Cluster({
      network,
      bootstrap: [{ host: broker.host, port: broker.port }],
      clock,
      random: seededRandom(++clusters),
      clientId: `test-${clusters}`,
      ...(options.callTimeoutMs === undefined ? {} : { callTimeoutMs: options.callTimeoutMs }),
    })
  const cluster = newCluster()
  const until = async <T>(promise: Promise<T>): Promise<T> => {
    const progress = { settled: false }
    const finish = (): void => {
      progress.settled = true
    }
    promise.then(finish, finish)
    await settle()
    for (let elapsed = 0; !progress.settled; elapsed += 5) {
      if (elapsed > 120_000) throw new Error('nothing happened for two minutes')
      await clock.advance(5)
    }
    return promise
  }
  return { clock, network, cluster, admin: new Admin(cluster), connection, newCluster, until }
}

const quick = { 'group.initial.rebalance.delay.ms': '0' }

export function text(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : utf8Slice(bytes, 0, bytes.length)
}

/** Appends records with string values, key null. */
export function appendAll(
  producer: Producer,
  topic: string,
  partition: number,
  values: readonly string[],
): void {
  for (const value of values) producer.append(topic, partition, null, utf8Bytes(value), 1000, noHeaders)
}

/** The values of what was fetched, in order. */
export function valuesIn(fetched: readonly FetchedPartition[]): (string | null)[] {
  return fetched.flatMap(({ records }) => Array.from(records, cursor => text(cursor.value())))
}

/** Polls until `count` values have come, or nothing more does for a second. */
export async function pollValues(
  { until }: ClientFixture,
  fetcher: Fetcher,
  count: number,
): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for (let idle = 0; values.length < count && idle < 10;) {
    const fetched = await until(fetcher.poll(100))
    if (fetched.length === 0) idle++
    values.push(...valuesIn(fetched))
  }
  return values
}
