/** `mapValuesAsync`: results, bounds, orders, what follows it, and what becomes of calls when the task ends. */
import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../src/base/random.ts'
import { defineApp, integer, json, string, topic, tumbling } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'
import { app, Calls, counts, look, loud, sendAll, valuesOf, words, type Call } from './answered-calls.ts'

describe('a result', () => {
  it('has the timestamp, headers and key of its record, whatever has been processed meanwhile', async () => {
    using driver = testDriver(app(async value => `${value}!`))
    driver.input(words).send('k', 'a', { at: 5, headers: { n: '0' } })
    driver.input(words).send('l', 'b', { at: 9, headers: { n: '1' } })
    await driver.settled()
    expect(driver.output(loud).readAll()).toMatchObject([
      { key: 'k', value: 'a!', timestamp: 5, headers: [{ key: 'n', value: Uint8Array.of(48) }] },
      { key: 'l', value: 'b!', timestamp: 9, headers: [{ key: 'n', value: Uint8Array.of(49) }] },
    ])
  })

  it('is made of absent values too, and an absent one is a tombstone', async () => {
    const seen: unknown[] = []
    using driver = testDriver(app(async value => (seen.push(value), undefined as unknown as string)))
    driver.input(words).tombstone('k')
    await driver.settled()
    expect(seen).toEqual([undefined])
    expect(driver.output(loud).read()!.value).toBeUndefined()
  })

  it('is told of the record that it is for', async () => {
    const seen: unknown[] = []
    const call: Call = async (_value, _key, { topic: from, partition, offset, timestamp, attempt }) => {
      seen.push([from, partition, offset, timestamp, attempt])
      return ''
    }
    using driver = testDriver(app(call))
    driver.input(words).send('k', 'a', { at: 1 }).send('k', 'b', { at: 2 })
    await driver.settled()
    expect(seen).toEqual([
      ['words', 0, 0, 1, 1],
      ['words', 0, 1, 2, 1],
    ])
  })
})

describe('the calls under way', () => {
  it('are as many as allowed at most, and the task takes no more records meanwhile', async () => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call, { concurrency: 2 }))
    sendAll(driver, [
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
      ['d', 'd'],
    ])
    expect(calls.begun).toEqual(['a', 'b'])
    await calls.answer('a')
    look(driver)
    expect(calls.begun).toEqual(['a', 'b', 'c'])
    await calls.answer('b')
    await calls.answer('c')
    look(driver)
    await calls.answer('d')
    await driver.settled()
    expect(calls.underWayMax).toBe(2)
    expect(valuesOf(driver)).toEqual(['A', 'B', 'C', 'D'])
  })

  it('are no more where one record becomes many', async () => {
    const calls = new Calls()
    using driver = testDriver(
      defineApp({
        id: 'many',
        build: b =>
          b
            .stream(words)
            .flatMapValues(text => text.split(' '))
            .mapValuesAsync(calls.call, { concurrency: 2 })
            .to(loud),
      }),
    )
    driver.input(words).send('k', 'a b c d e')
    expect(calls.begun).toEqual(['a', 'b'])
    for (const value of ['a', 'b', 'c', 'd', 'e']) {
      await calls.answer(value)
      look(driver)
    }
    expect(calls.underWayMax).toBe(2)
    expect(valuesOf(driver)).toEqual(['A', 'B', 'C', 'D', 'E'])
  })

  it('keep results of their task from being committed, and those of other tasks not', async () => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call), { partitions: { words: 2 } })
    driver.input(words).send('k', 'a', { partition: 0 })
    driver.input(words).send('k', 'b', { partition: 0 })
    driver.input(words).send('k', 'c', { partition: 1 })
    await calls.answer('a')
    await calls.answer('c')
    look(driver)
    expect(valuesOf(driver)).toEqual(['C'])
    await calls.answer('b')
    await driver.settled()
    expect(valuesOf(driver)).toEqual(['A', 'B'])
  })
})

describe('the order of results', () => {
  const records = [
    ['x', 'x1'],
    ['y', 'y1'],
    ['x', 'x2'],
    ['y', 'y2'],
  ] as const

  it.each([
    ['partition', ['x1', 'y1', 'x2', 'y2'], ['X1', 'Y1', 'X2', 'Y2']],
    ['none', ['x1', 'y1', 'x2', 'y2'], ['Y2', 'X2', 'Y1', 'X1']],
  ] as const)('%s: calls overlap', async (ordering, begun, results) => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call, { ordering }))
    sendAll(driver, records)
    expect(calls.begun).toEqual(begun)
    for (const value of ['y2', 'x2', 'y1', 'x1']) await calls.answer(value)
    await driver.settled()
    expect(valuesOf(driver)).toEqual(results)
  })

  it('key: calls of a key follow one another, those of others and of none overlap', async () => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call, { ordering: 'key' }))
    sendAll(driver, records)
    driver.input(words).send(undefined, 'n1').send(undefined, 'n2')
    expect(calls.begun).toEqual(['x1', 'y1', 'n1', 'n2'])
    await calls.answer('n2')
    await calls.answer('y1')
    look(driver)
    await calls.answer('y2')
    await calls.answer('n1')
    await calls.answer('x1')
    look(driver)
    await calls.answer('x2')
    await driver.settled()
    expect(valuesOf(driver)).toEqual(['N2', 'Y1', 'Y2', 'N1', 'X1', 'X2'])
  })

  it.each(['partition', 'key', 'none'] as const)(
    '%s holds under random delays and failures',
    async ordering => {
      const seed = Math.floor(Math.random() * 2 ** 32)
      console.log(`seed of ${ordering}: ${seed}`)
      const random = seededRandom(seed)
      let underWay = 0
      let underWayMax = 0
      const underWayByKey = new Map<string, number>()
      const call: Call = async (value, key) => {
        underWayMax = Math.max(underWayMax, ++underWay)
        const ofKey = (underWayByKey.get(key) ?? 0) + 1
        underWayByKey.set(key, ofKey)
        if (ordering === 'key') expect(ofKey).toBe(1)
        const turns = Math.floor(random.next() * 12)
        for (let turn = 0; turn < turns; turn++) await Promise.resolve()
        underWay--
        underWayByKey.set(key, ofKey - 1)
        if (random.next() < 0.2) throw new Error('stumbled')
        return value
      }
      using driver = testDriver(app(call, { ordering, concurrency: 5, retry: { attempts: 20 } }))
      const sent: (readonly [string, string])[] = []
      for (let index = 0; index < 120; index++) {
        const record = [`k${Math.floor(random.next() * 4)}`, `v${index}`] as const
        sent.push(record)
        driver.input(words).send(...record, { at: index })
        if (random.next() < 0.1) await driver.settled({ within: '1d' })
      }
      await driver.settled({ within: '1d' })
      const results = driver.output(loud).readAll()
      const all = sent.map(([, value]) => value)
      expect(underWayMax).toBeLessThanOrEqual(5)
      if (ordering === 'partition') expect(results.map(({ value }) => value)).toEqual(all)
      else expect(results.map(({ value }) => value).toSorted()).toEqual(all.toSorted())
      for (const key of ['k0', 'k1', 'k2', 'k3']) {
        if (ordering === 'none') continue
        const ofKey = results.filter(each => each.key === key).map(({ value }) => value)
        expect(ofKey).toEqual(sent.filter(each => each[0] === key).map(([, value]) => value))
      }
    },
  )
})

describe('a crash', () => {
  it('gives up what is under way, and the restart does it again, each result once', async () => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call))
    sendAll(driver, [
      ['k', 'a'],
      ['k', 'b'],
      ['k', 'c'],
    ])
    await calls.answer('a')
    look(driver)
    const signal = calls.signals.get('b')!
    driver.crash()
    expect(signal.reason).toMatchObject({ code: 'MR-3203' })
    await calls.answer('b')
    driver.restart()
    expect(calls.begun.slice(3)).toEqual(['a', 'b', 'c'])
    for (const value of ['c', 'b', 'a']) await calls.answer(value)
    await driver.settled()
    expect(valuesOf(driver)).toEqual(['A', 'B', 'C'])
  })

  it('ends a wait for calls', async () => {
    using driver = testDriver(app(new Calls().call))
    driver.input(words).send('k', 'a')
    const settled = driver.settled()
    driver.crash()
    await expect(settled).rejects.toMatchObject({ code: 'MR-6101' })
  })

  it('closing aborts calls too', () => {
    const calls = new Calls()
    {
      using driver = testDriver(app(calls.call))
      driver.input(words).send('k', 'a')
    }
    expect(calls.signals.get('a')!.aborted).toBe(true)
  })
})

describe('operators that follow', () => {
  it('may be asynchronous, stateful, and behind a repartition topic', async () => {
    const slow: Call = async value => {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
      return value
    }
    const windows = topic('windows', { key: string(), value: json<number>() })
    using driver = testDriver(
      defineApp({
        id: 'chain',
        build(b) {
          const words2 = b
            .stream(words)
            .mapValuesAsync(slow, { concurrency: 3 })
            .mapValuesAsync(slow, { concurrency: 2, ordering: 'key' })
          words2
            .groupBy(word => word)
            .count('counts')
            .toStream()
            .to(counts)
          words2
            .groupByKey()
            .windowedBy(tumbling('10ms', { grace: '1s' }))
            .count('windows')
            .toStream()
            .map((count, { key, window }) => [`${key}@${window.start}`, count])
            .to(windows)
        },
      }),
      { partitions: { words: 2 } },
    )
    for (let index = 0; index < 60; index++)
      driver.input(words).send(`k${index % 3}`, `w${index % 5}`, { at: index })
    await driver.settled()
    expect(driver.output(counts).toMap()).toEqual(new Map([0, 1, 2, 3, 4].map(index => [`w${index}`, 12])))
    driver.crash()
    driver.restart()
    expect([...driver.output(windows).toMap().values()].reduce((sum, count) => sum + count)).toBe(60)
    expect(driver.store('counts').toMap().size).toBe(5)
  })

  it('hold their emissions for a commit that waits for the calls', async () => {
    const build = (b: Parameters<Parameters<typeof defineApp>[0]['build']>[0]): void =>
      b
        .stream(words)
        .groupByKey()
        .count('counts')
        .toStream()
        .mapValuesAsync(async count => count * 10, { value: integer() })
        .groupByKey()
        .reduce((_, count) => count, { store: 'last', value: integer() })
        .toStream()
        .to(counts)
    using driver = testDriver(defineApp({ id: 'cached', cache: true, build }))
    driver.input(words).send('k', 'a').send('k', 'b')
    expect(() => driver.commit()).toThrow(expect.objectContaining({ code: 'MR-6111' }))
    await driver.settled()
    driver.commit()
    expect(driver.output(counts).readAll()).toMatchObject([{ key: 'k', value: 20 }])
  })
})
