/**
 * Figures that processors keep of themselves (semantics A12): how often something happened, how long it took.
 *
 * Kept by task and node, in memory, from the start of the task on. A rate and the figures beside it are those of the last 30 to
 * 60 seconds: two samples of 30 seconds, of which the older one is dropped as a third begins, as in Kafka.
 */
import type { Clock } from '../base/clock.ts'

/** Takes what happens. */
export interface Sensor {
  /** Counts one more; `value` is what it took, most often milliseconds. Default 1. Not a number: a `RangeError`. */
  record(value?: number): void
}

/** What a sensor has to tell. */
export interface SensorReading {
  /** `<subtopology>_<partition>`. */
  readonly task: string
  readonly node: string
  readonly name: string
  /** How often since the task started. */
  readonly total: number
  /** How often a second, lately. */
  readonly ratePerSecond: number
  /** Of the values that were recorded lately; 0 if there were none. */
  readonly average: number
  /** The greatest of them; 0 if there were none. */
  readonly max: number
}

/** A processor's own figures. */
export interface ProcessorMetrics {
  /** The sensor of that name, the same at every call. */
  sensor(name: string): Sensor
  /** Forgets a sensor and what it has counted. */
  remove(name: string): void
}

const sampleMs = 30_000

interface Sample {
  readonly startedAt: number
  count: number
  sum: number
  max: number
}

class SampledSensor implements Sensor {
  readonly #clock: Clock
  #total = 0
  #previous: Sample | undefined
  #current: Sample

  constructor(clock: Clock) {
    this.#clock = clock
    this.#current = sampleOf(clock.monotonic())
  }

  record(value = 1): void {
    if (!Number.isFinite(value)) throw new RangeError(`a sensor records numbers, not ${value}`)
    const sample = this.#sample()
    this.#total++
    sample.max = sample.count === 0 ? value : Math.max(sample.max, value)
    sample.count++
    sample.sum += value
  }

  reading(): Pick<SensorReading, 'total' | 'ratePerSecond' | 'average' | 'max'> {
    const current = this.#sample()
    const previous = this.#previous
    const elapsedMs = this.#clock.monotonic() - (previous ?? current).startedAt
    const count = current.count + (previous?.count ?? 0)
    const sum = current.sum + (previous?.sum ?? 0)
    const greatest = [current, previous].flatMap(each =>
      each !== undefined && each.count > 0 ? [each.max] : [],
    )
    return {
      total: this.#total,
      // A sensor that has just begun is not taken to go on as it began.
      ratePerSecond: count / (Math.max(elapsedMs, sampleMs) / 1000),
      average: count === 0 ? 0 : sum / count,
      max: greatest.length === 0 ? 0 : Math.max(...greatest),
    }
  }

  /** The sample of now; those that are too old are left behind. */
  #sample(): Sample {
    const now = this.#clock.monotonic()
    const age = now - this.#current.startedAt
    if (age < sampleMs) return this.#current
    const isAdjacent = age < 2 * sampleMs
    const startedAt = isAdjacent ? this.#current.startedAt + sampleMs : now
    this.#previous = isAdjacent ? this.#current : undefined
    this.#current = sampleOf(startedAt)
    return this.#current
  }
}

function sampleOf(startedAt: number): Sample {
  return { startedAt, count: 0, sum: 0, max: 0 }
}

/** The sensors of one task. */
export class TaskSensors {
  readonly #task: string
  readonly #clock: Clock
  readonly #byNode = new Map<string, Map<string, SampledSensor>>()

  constructor(task: string, clock: Clock) {
    this.#task = task
    this.#clock = clock
  }

  /** The figures of a node. */
  of(node: string): ProcessorMetrics {
    const sensors = this.#byNode.get(node) ?? new Map<string, SampledSensor>()
    this.#byNode.set(node, sensors)
    return {
      sensor: name => {
        const known = sensors.get(name)
        if (known !== undefined) return known
        const sensor = new SampledSensor(this.#clock)
        sensors.set(name, sensor)
        return sensor
      },
      remove: name => void sensors.delete(name),
    }
  }

  readings(): readonly SensorReading[] {
    return [...this.#byNode].flatMap(([node, sensors]) =>
      Array.from(sensors, ([name, sensor]) => ({ task: this.#task, node, name, ...sensor.reading() })),
    )
  }
}
