/**
 * Requests of transactions that the network delays, repeats and reorders: whatever arrives late acts on its own
 * transaction or on none (reliability.md section 5 item 16, semantics G72, G76; the fault that Jepsen found in Kafka).
 *
 * A schedule is one transactional id and a producer that runs a few transactions through a bad network: a request is lost
 * and tried again, its answer is lost, or a copy of it turns up at any later moment, also after a successor has taken
 * over. Each transaction has its own (producer id, epoch), so the truth is short: of each pair everything that was
 * taken is seen if a commit of that pair was taken, and nothing else.
 *
 * `REORDERED_SCHEDULES=100000 npx vitest run test/broker/coordinator/transactions-reordered.test.ts` runs more of them.
 */
import { expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import {
  addPartitions,
  committedValues,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { startWorld, type World } from './world.ts'

type Outcome = 'commit' | 'abort'

/** What the broker has taken of one transaction. */
interface Truth {
  readonly values: Set<string>[]
  outcome: Outcome | 'open'
}

/**
 * How a client speaks. Before KIP-890 it adds partitions first, and takes a new epoch for each transaction by itself;
 * within one epoch that protocol cannot tell what is late, so only what is older arrives then.
 */
const protocols = {
  v1: { produce: 11, endTxn: 4 },
  v2: { produce: 12, endTxn: 5 },
} as const

class Schedule {
  readonly #world: World
  readonly #random: Random
  readonly #id: string
  readonly #protocol: keyof typeof protocols
  readonly #truths = new Map<string, Truth>()
  /** Copies of requests that are still on their way, with the transaction that they belong to. */
  readonly #late: { readonly of: Truth; readonly request: () => Promise<unknown> }[] = []
  #current: Truth | undefined
  #count = 0

  constructor(world: World, seed: number) {
    this.#world = world
    this.#random = seededRandom(seed)
    this.#id = `id-${seed}`
    this.#protocol = this.#random.next() < 0.3 ? 'v1' : 'v2'
  }

  /** Answers what each partition must show of this schedule. */
  async run(): Promise<string[][]> {
    let producer = await this.#init()
    for (let transactions = 1 + randomIndex(this.#random, 4); transactions > 0; transactions--) {
      producer = await this.#transaction(producer)
      if (this.#random.next() < 0.15) producer = await this.#init()
      if (this.#random.next() < 0.05) await this.#world.clock.advance(25_000)
      if (this.#random.next() < 0.02) await this.#world.restart()
    }
    await this.#init()
    while (this.#late.length > 0) await this.#deliverLate()
    await this.#init()
    const committed = [...this.#truths.values()].filter(({ outcome }) => outcome === 'commit')
    return [0, 1].map(partition => committed.flatMap(({ values }) => [...values[partition]!]))
  }

  /** One transaction of a producer that gives up on what was lost too often; answers who goes on. */
  async #transaction(producer: TestProducer): Promise<TestProducer> {
    this.#current = this.#truthOf(producer)
    const sequences = [0, 0]
    let given = true
    for (let writes = 1 + randomIndex(this.#random, 4); writes > 0 && given; writes--) {
      const partition = randomIndex(this.#random, 2)
      const sequence = sequences[partition]!++
      const value = `${this.#id}/${this.#count++}`
      const added = this.#protocol === 'v2' || (await this.#tryTwice(() => this.#add(producer, partition)))
      given = added && (await this.#tryTwice(() => this.#write(producer, value, { partition, sequence })))
    }
    const outcome = given && this.#random.next() < 0.7 ? 'commit' : 'abort'
    for (let tries = 0; tries < 5; tries++) {
      const ended = await this.#send(() => this.#end(producer, outcome))
      if (ended === undefined) continue
      const goesOn = ended.error === 'NONE' && this.#protocol === 'v2'
      return goesOn ? ended : this.#init()
    }
    return this.#init()
  }

  async #init(): Promise<TestProducer> {
    const producer = await initProducer(this.#world.connection, this.#id, { timeoutMs: 20_000 })
    expect(producer.error).toBe('NONE')
    this.#current = this.#truthOf(producer)
    return producer
  }

  async #add(producer: TestProducer, partition: number): Promise<boolean> {
    const error = await addPartitions(this.#world.connection, producer, [partition])
    if (error === 'NONE') expect(this.#truthOf(producer).outcome).toBe('open')
    return error === 'NONE'
  }

  async #write(
    producer: TestProducer,
    value: string,
    { partition, sequence }: { partition: number; sequence: number },
  ): Promise<boolean> {
    const version = protocols[this.#protocol].produce
    const error = await write(this.#world.connection, producer, value, { partition, sequence, version })
    if (error !== 'NONE') return false
    const { outcome, values } = this.#truthOf(producer)
    // What was taken before may be answered as it was then, also when all is over; nothing new may come in.
    if (!values[partition]!.has(value))
      expect(outcome, `${value} joined a transaction that had ended`).toBe('open')
    values[partition]!.add(value)
    return true
  }

  async #end(producer: TestProducer, outcome: Outcome): Promise<TestProducer> {
    const { endTxn: version } = protocols[this.#protocol]
    const ended = await endTransaction(this.#world.connection, producer, outcome, { version })
    if (ended.error === 'NONE') {
      const truth = this.#truthOf(producer)
      expect(['open', outcome]).toContain(truth.outcome)
      truth.outcome = outcome
    }
    return ended
  }

  async #tryTwice(request: () => Promise<boolean>): Promise<boolean> {
    return (await this.#send(request)) ?? (await this.#send(request)) ?? false
  }

  /** Through the network: the answer, or `undefined` if the request or its answer was lost. */
  async #send<T>(request: () => Promise<T>): Promise<T | undefined> {
    if (this.#random.next() < 0.3) await this.#deliverLate()
    const fate = this.#random.next()
    if (fate < 0.5) return request()
    this.#late.push({ of: this.#current!, request })
    if (fate < 0.7) return undefined
    const result = await request()
    return fate < 0.85 ? undefined : result
  }

  async #deliverLate(): Promise<void> {
    const ready = this.#late.filter(({ of }) => this.#protocol === 'v2' || of !== this.#current)
    const next = ready[randomIndex(this.#random, ready.length)]
    if (next === undefined) return
    this.#late.splice(this.#late.indexOf(next), 1)
    await next.request()
  }

  #truthOf({ producerId, producerEpoch }: TestProducer): Truth {
    const key = `${producerId}/${producerEpoch}`
    let truth = this.#truths.get(key)
    if (truth === undefined)
      this.#truths.set(key, (truth = { values: [new Set(), new Set()], outcome: 'open' }))
    return truth
  }
}

/** Several schedules share a broker: starting one for each would take longer than they do. */
const schedulesOfWorld = 25
const schedules = Number(process.env['REORDERED_SCHEDULES'] ?? 2000)
/** Each part is a test, so that it has a time limit and its seeds in its name. */
const part = Math.ceil(schedules / 4)

it.each([0, 1, 2, 3])(
  `what arrives late acts on its own transaction or on none: part %i of ${schedules} schedules`,
  async index => {
    for (let seed = index * part; seed < (index + 1) * part;) {
      const world = await startWorld(
        { durability: (seed / schedulesOfWorld) % 4 === 3 ? 'power' : 'process' },
        seed,
      )
      const expected: string[][] = [[], []]
      for (const last = seed + schedulesOfWorld; seed < last; seed++) {
        const shown = await new Schedule(world, seed).run()
        for (const partition of [0, 1]) {
          expected[partition]!.push(...shown[partition]!)
          const seen = await committedValues(world.connection, partition)
          expect(seen.open, `seed ${seed}: a transaction hangs`).toBe(0)
          expect(seen.values.toSorted(), `seed ${seed}`).toEqual(expected[partition]!.toSorted())
        }
      }
      expect(world.faults).toEqual([])
    }
  },
  Math.max(60_000, schedules * 50),
)
