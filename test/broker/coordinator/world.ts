/** A broker that can be killed and started again over what it left. */
import { seededRandom } from '../../../src/base/random.ts'
import type { Connection } from '../../../src/protocol/connection.ts'
import { errorByCode } from '../../../src/protocol/errors.ts'
import { startBroker, type Broker, type BrokerOptions } from '../../../broker/broker.ts'
import { MemoryFiles, type CrashMode } from '../../../broker/log/memory-files.ts'
import { createTopic } from '../broker-fixture.ts'
import { VirtualClock } from '../virtual-clock.ts'

export class World {
  readonly files = new MemoryFiles()
  readonly faults: unknown[] = []
  clock = new VirtualClock()
  broker!: Broker
  connection!: Connection
  readonly #config: BrokerOptions['config']
  #seed: number

  constructor(config: BrokerOptions['config'], seed: number) {
    this.#config = config
    this.#seed = seed
  }

  async start(): Promise<void> {
    this.broker = await startBroker({
      directory: '/data',
      clock: this.clock,
      random: seededRandom(this.#seed++),
      config: this.#config,
      files: this.files,
      onFault: fault => this.faults.push(fault),
    })
    this.connection = this.broker.connect({ clientId: 'client' })
  }

  /** Starts the broker over a machine that stops while it does; answers whether it did stop. */
  async restartFailing(): Promise<boolean> {
    this.clock = new VirtualClock(this.clock.now())
    try {
      await this.start()
      return false
    } catch {
      return true
    }
  }

  /** Kills the broker and starts it again over what it left. */
  async restart(mode: CrashMode | 'clean' = 'kept'): Promise<void> {
    if (mode === 'clean') await this.broker.close()
    else this.files.crash(mode)
    // The timers of the dead one must not fire.
    this.clock = new VirtualClock(this.clock.now())
    await this.start()
  }
}

/** A running broker with the topic `input` of two partitions. */
export async function startWorld(config: BrokerOptions['config'] = {}, seed = 1): Promise<World> {
  const world = new World(config, seed)
  await world.start()
  await createTopic(world.connection, 'input', { partitions: 2 })
  return world
}

/** The name of an error code. */
export function errorName(code: number): string {
  return errorByCode(code).name
}
