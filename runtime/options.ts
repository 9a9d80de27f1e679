/** What `run` can be told: every option with its unit, default and range; checked once, then plain numbers. */
import { toMilliseconds, type Duration } from '../src/base/duration.ts'
import type { App } from '../src/dsl/app.ts'
import { checkOptionNames } from '../src/dsl/argument-checks.ts'
import type { Brokers } from './brokers.ts'
import { consoleLogger, type Logger } from './logger.ts'

/** `exactly-once`: outputs, state and input offsets commit together. `at-least-once`: cheaper to commit, may repeat. */
export type Guarantee = 'exactly-once' | 'at-least-once'

export interface RunOptions {
  /**
   * What to run on: an embedded broker that was started, or brokers on the network, `kafkaBrokers(...)` or just their
   * addresses (`kafka-1:9092,kafka-2:9092`). Default: an embedded one of its own with its data in `dataDirectory`.
   */
  readonly broker?: Brokers | string
  /** Data of the embedded broker that `run` starts. Default `.millrace/broker`. */
  readonly dataDirectory?: string
  /** State stores: one folder per application id below it. Default `.millrace/state`. */
  readonly stateDirectory?: string
  /** Default: as the application says. */
  readonly guarantee?: Guarantee
  /** Time between commits. Default 100 ms exactly-once, 30 s at-least-once; 1 ms to 15 min. */
  readonly commitInterval?: Duration
  /**
   * Whether tables and aggregates forward one update per key and commit, instead of every update. Default: as the
   * application says. Stores and results are the same in the end; fewer records in between.
   */
  readonly cache?: boolean
  /** Whether declared topics that are missing are created. Default true. `false` refuses to start with MR-2001. */
  readonly createTopics?: boolean
  /** Partitions of topics that are created and do not say how many. Default 1. */
  readonly partitions?: number
  /**
   * How long a task waits for an input that has nothing at hand before it goes on with the others: -1 never waits,
   * 0 waits only while the broker is known to have more (semantics T5). Default 0.
   */
  readonly maxTaskIdle?: Duration
  /** Fetched bytes of one partition that are held for processing; more stops its fetching. Default 2 MiB. */
  readonly bufferedBytesMax?: number
  /** Identity as a static member of the group. Default: made at the first start, kept in the state directory. */
  readonly instanceId?: string
  /**
   * How often an instance tells the group that it is there, and so how soon it learns that others have come or gone.
   * Default 3 s; 1 ms to 15 s, well below the session timeout of 45 s.
   */
  readonly heartbeatInterval?: Duration
  /**
   * How often an instance looks for topics that a pattern matches, and whether topics have got more partitions. Default 30 s;
   * 1 ms to 1 h. It looks when it sends a heartbeat.
   */
  readonly topicsCheckInterval?: Duration
  /** Default: lines on stderr. `silentLogger` for none. */
  readonly logger?: Logger
  /** Takes the lines that `print` operators write. Default: lines on standard output. */
  readonly print?: (line: string) => void
  /** Stops the application as `close` does. */
  readonly signal?: AbortSignal
  /** Whether SIGTERM and SIGINT finish what is in flight, commit and close. Default false in code, true in the CLI. */
  readonly handleSignals?: boolean
}

/** The options with their defaults, durations in milliseconds. */
export interface ResolvedOptions {
  readonly dataDirectory: string
  readonly stateDirectory: string
  readonly guarantee: Guarantee
  readonly commitIntervalMs: number
  readonly cache: boolean
  readonly createTopics: boolean
  readonly partitions: number
  readonly maxTaskIdleMs: number
  readonly bufferedBytesMax: number
  readonly instanceId: string | undefined
  readonly heartbeatIntervalMs: number
  readonly topicsCheckIntervalMs: number
  readonly logger: Logger
  readonly print: (line: string) => void
}

const optionNames: Readonly<Record<keyof RunOptions, true>> = {
  broker: true,
  dataDirectory: true,
  stateDirectory: true,
  guarantee: true,
  commitInterval: true,
  cache: true,
  createTopics: true,
  partitions: true,
  maxTaskIdle: true,
  bufferedBytesMax: true,
  instanceId: true,
  heartbeatInterval: true,
  topicsCheckInterval: true,
  logger: true,
  print: true,
  signal: true,
  handleSignals: true,
}

const commitIntervalMsMax = 15 * 60 * 1000
const heartbeatIntervalMsMax = 15_000

/**
 * Fills in defaults, which for some options are what the application was defined with; a value out of range is a
 * `RangeError` that names the option, and an option that there is not is refused with MR-1010.
 */
export function resolveOptions(options: RunOptions, app: Pick<App, 'guarantee' | 'cache'>): ResolvedOptions {
  checkOptionNames(options, optionNames, 'run')
  const guarantee = options.guarantee ?? app.guarantee
  if (guarantee !== 'exactly-once' && guarantee !== 'at-least-once')
    throw new RangeError(
      `guarantee must be 'exactly-once' or 'at-least-once', not ${JSON.stringify(guarantee)}`,
    )
  const commitIntervalMs = toMilliseconds(
    options.commitInterval ?? (guarantee === 'exactly-once' ? 100 : 30_000),
    'commitInterval',
  )
  const idle = options.maxTaskIdle ?? 0
  return {
    dataDirectory: options.dataDirectory ?? '.millrace/broker',
    stateDirectory: options.stateDirectory ?? '.millrace/state',
    guarantee,
    commitIntervalMs: within('commitInterval', commitIntervalMs, 1, commitIntervalMsMax),
    cache: options.cache ?? app.cache,
    createTopics: options.createTopics ?? true,
    partitions: within('partitions', options.partitions ?? 1, 1, 100_000),
    maxTaskIdleMs: idle === -1 ? -1 : toMilliseconds(idle, 'maxTaskIdle'),
    bufferedBytesMax: within('bufferedBytesMax', options.bufferedBytesMax ?? 2 * 1024 * 1024, 1, 1024 ** 3),
    instanceId: options.instanceId,
    heartbeatIntervalMs: within(
      'heartbeatInterval',
      toMilliseconds(options.heartbeatInterval ?? 3_000, 'heartbeatInterval'),
      1,
      heartbeatIntervalMsMax,
    ),
    topicsCheckIntervalMs: within(
      'topicsCheckInterval',
      toMilliseconds(options.topicsCheckInterval ?? 30_000, 'topicsCheckInterval'),
      1,
      60 * 60 * 1000,
    ),
    logger: options.logger ?? consoleLogger(),
    print: options.print ?? (line => void process.stdout.write(`${line}\n`)),
  }
}

function within(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${value}`)
}
