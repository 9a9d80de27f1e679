/**
 * Random schedules of producers that follow each other on the same transactional ids, with requests repeated much too late,
 * restarts and time-outs between them, held against a model (reliability.md section 5, items 7 and 16).
 *
 * Under KIP-890 every transaction has its own (producer id, epoch), so the model is short: a record is seen if and only if
 * a commit of its pair was answered with success.
 */
import { expect, it } from 'vitest'
import { randomIndex, seededRandom, type Random } from '../../../src/base/random.ts'
import { committed } from './group-requests.ts'
import {
  commitInTransaction,
  committedValues,
  endTransaction,
  initProducer,
  write,
  type TestProducer,
} from './transaction-requests.ts'
import { startWorld, type World } from './world.ts'

/** What is known of one transaction. */
interface Model {
  readonly written: { partition: number; value: string }[]
  /** Offsets, each with its place among all commits. */
  readonly offsets: { order: number; offset: number }[]
  outcome: 'open' | 'commit' | 'abort'
}

interface Client {
  producer: TestProducer
  readonly sequences: number[]
}

class Schedule {
  readonly #world: World
  readonly #random: Random
  readonly #models = new Map<string, Model>()
  readonly #clients: Client[] = []
  /** Requests that were sent once, to be sent again out of time. */
  readonly #past: (() => Promise<unknown>)[] = []
  #count = 0

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
  }

  async step(): Promise<void> {
    const roll = this.#random.next()
    const client = this.#clients[randomIndex(this.#random, this.#clients.length)]
    if (client === undefined || roll < 0.1) await this.#init()
    else if (roll < 0.45) await this.#write(client)
    else if (roll < 0.6) await this.#commitOffset(client)
    else if (roll < 0.8) await this.#end(client)
    else if (roll < 0.92) await this.#repeat()
    else if (roll < 0.97) await this.#world.clock.advance(25_000)
    else await this.#world.restart(this.#random.next() < 0.3 ? 'clean' : 'kept')
  }

  async check(): Promise<void> {
    for (const id of ['one', 'two']) await initProducer(this.#world.connection, id)
    for (const partition of [0, 1]) {
      const { values, open } = await committedValues(this.#world.connection, partition)
      expect(open).toBe(0)
      expect(values.toSorted()).toEqual(this.#expected(partition))
    }
    const last = this.#committedModels()
      .flatMap(({ offsets }) => offsets)
      .reduce((one, other) => (other.order > one.order ? other : one), { order: -1, offset: -1 })
    expect(await committed(this.#world.connection, { requireStable: true })).toBe(last.offset)
  }

  #committedModels(): Model[] {
    return [...this.#models.values()].filter(({ outcome }) => outcome === 'commit')
  }

  #expected(partition: number): string[] {
    return this.#committedModels()
      .flatMap(({ written }) => written.filter(each => each.partition === partition))
      .map(({ value }) => value)
      .sort()
  }

  #modelOf({ producerId, producerEpoch }: TestProducer): Model {
    const key = `${producerId}/${producerEpoch}`
    let model = this.#models.get(key)
    if (model === undefined) this.#models.set(key, (model = { written: [], offsets: [], outcome: 'open' }))
    return model
  }

  async #init(): Promise<void> {
    const id = this.#random.next() < 0.5 ? 'one' : 'two'
    const producer = await initProducer(this.#world.connection, id, { timeoutMs: 60_000 })
    expect(producer.error).toBe('NONE')
    this.#clients.push({ producer, sequences: [0, 0] })
    // Zombies stay around, but not for ever.
    if (this.#clients.length > 5) this.#clients.shift()
  }

  async #write({ producer, sequences }: Client): Promise<void> {
    const partition = randomIndex(this.#random, 2)
    const sequence = sequences[partition]!
    const value = `v${String(this.#count++).padStart(5, '0')}`
    const send = () => write(this.#world.connection, producer, value, { partition, sequence })
    const model = this.#modelOf(producer)
    const record = async () => {
      const error = await send()
      // A repetition within its transaction is answered as the first time and is one record.
      const known = model.written.some(each => each.value === value)
      if (error === 'NONE' && !known) model.written.push({ partition, value })
      if (error === 'NONE') expect(model.outcome).toBe('open')
      return error
    }
    if ((await record()) === 'NONE') sequences[partition] = sequence + 1
    this.#past.push(record)
  }

  async #commitOffset({ producer }: Client): Promise<void> {
    const offset = this.#count++
    const model = this.#modelOf(producer)
    const record = async () => {
      if ((await commitInTransaction(this.#world.connection, producer, offset)) !== 'NONE') return
      expect(model.outcome).toBe('open')
      model.offsets.push({ order: this.#count++, offset })
    }
    await record()
    this.#past.push(record)
  }

  async #end(client: Client): Promise<void> {
    const { producer, sequences } = client
    const outcome = this.#random.next() < 0.6 ? 'commit' : 'abort'
    const model = this.#modelOf(producer)
    const record = async () => {
      const ended = await endTransaction(this.#world.connection, producer, outcome)
      if (ended.error === 'NONE') {
        expect(['open', outcome]).toContain(model.outcome)
        model.outcome = outcome
      }
      return ended
    }
    const ended = await record()
    this.#past.push(record)
    if (ended.error !== 'NONE') return
    client.producer = ended
    sequences.fill(0)
  }

  async #repeat(): Promise<void> {
    const again = this.#past[randomIndex(this.#random, this.#past.length)]
    if (again !== undefined) await again()
  }
}

it.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'shows what was committed and nothing else, seed %i',
  async seed => {
    const world = await startWorld({}, seed)
    const schedule = new Schedule(world, seededRandom(seed))
    for (let step = 0; step < 150; step++) {
      await schedule.step()
      if (step % 50 === 49) await schedule.check()
    }
    expect(world.faults).toEqual([])
  },
)
