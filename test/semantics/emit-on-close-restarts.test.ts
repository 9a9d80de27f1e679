/** Emit on window close over crashes: whatever the moment, each window comes out once, as it would have without (P7). */
import { describe, expect, it } from 'vitest'
import { seededRandom, type Random } from '../../src/base/random.ts'
import {
  defineApp,
  hopping,
  integer,
  session,
  sessionWindowed,
  sliding,
  string,
  topic,
  tumbling,
  windowed,
  type App,
  type KTable,
  type StreamsBuilder,
  type Windowed,
} from '../../src/index.ts'
import { testDriver, type TestDriver } from '../../src/testing/index.ts'

const clicks = topic('clicks', { key: string(), value: string() })
const onClose = { emit: 'close' } as const
/** Long enough for what was put out to be in the store still. */
const kept = { store: 'counts', retention: 1000 } as const

interface Kind {
  readonly name: string
  readonly count: (b: StreamsBuilder) => KTable<Windowed<string>, number>
  readonly totals: ReturnType<typeof topic<Windowed<string>, number>>
}

const fixed = (size: number) => topic('totals', { key: windowed(string(), size), value: integer() })

const kinds: readonly Kind[] = [
  {
    name: 'tumbling windows',
    count: b =>
      b
        .stream(clicks)
        .groupByKey()
        .windowedBy(tumbling(10, { grace: 5 }), onClose)
        .count(kept),
    totals: fixed(10),
  },
  {
    name: 'hopping windows',
    count: b =>
      b
        .stream(clicks)
        .groupByKey()
        .windowedBy(hopping(10, { advance: 4, grace: 3 }), onClose)
        .count(kept),
    totals: fixed(10),
  },
  {
    name: 'sliding windows',
    count: b =>
      b
        .stream(clicks)
        .groupByKey()
        .windowedBy(sliding(8, { grace: 4 }), onClose)
        .count(kept),
    totals: fixed(8),
  },
  {
    name: 'sessions',
    count: b =>
      b
        .stream(clicks)
        .groupByKey()
        .windowedBy(session(6, { grace: 2 }), onClose)
        .count(kept),
    totals: topic('totals', { key: sessionWindowed(string()), value: integer() }),
  },
]

/** What comes out, in order; an instance may crash before each record, and commits now and then. */
function outputOf({ totals }: Kind, app: App, seed: number, crashes: boolean): readonly string[] {
  using driver = testDriver(app, { cache: true })
  const times = seededRandom(seed)
  const faults = seededRandom(seed + 1000)
  let at = 0
  for (let count = 0; count < 120; count++) {
    // Now and then a pause that closes everything, mostly steps that close a window or none.
    at += times.next() < 0.03 ? 100 : Math.floor(times.next() * 4)
    if (crashes) disturb(driver, faults)
    driver.input(clicks).send('abc'[Math.floor(times.next() * 3)], '', { at, headers: { n: `${count}` } })
  }
  driver.commit()
  return driver
    .output(totals)
    .readAll()
    .map(
      ({ key, value, timestamp }) => `${key.key}@${key.window.start}/${key.window.end}=${value}@${timestamp}`,
    )
}

function disturb(driver: TestDriver, faults: Random): void {
  if (faults.next() < 0.2) driver.commit()
  if (faults.next() > 0.15) return
  driver.crash()
  driver.restart()
}

describe.each(kinds)('emit on close of $name', kind => {
  const app = defineApp({ id: 'final', build: b => kind.count(b).toStream().to(kind.totals) })

  it.each([1, 2, 3, 4, 5])('is the same with crashes and without: P7, seed %i', seed => {
    const undisturbed = outputOf(kind, app, seed, false)
    expect(undisturbed.length).toBeGreaterThan(12)
    expect(new Set(undisturbed).size).toBe(undisturbed.length)
    expect(outputOf(kind, app, seed, true)).toEqual(undisturbed)
  })
})
