/** The attempts of an asynchronous call: timeouts, pauses, the last failure; and options that cannot be. */
import { describe, expect, it } from 'vitest'
import { deferred, type Deferred } from '../../../src/base/deferred.ts'
import { utf8Slice } from '../../../src/base/text.ts'
import { defineApp, string, StreamsError, topic, uuid, type App } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'
import { app, Calls, loud, sendAll, valuesOf, words, type Call } from './answered-calls.ts'

describe('an attempt', () => {
  it('that takes too long is aborted, and another begins after the pause', async () => {
    const calls = new Calls()
    using driver = testDriver(app(calls.call, { timeout: '2s', retry: { attempts: 2, backoff: '1s' } }))
    driver.input(words).send('k', 'a')
    const { signal } = { signal: calls.signals.get('a')! }
    driver.advance(1_999)
    expect(signal.aborted).toBe(false)
    driver.advance(1)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ code: 'MR-3202' })
    expect(calls.begun).toEqual(['a'])
    driver.advance('1s')
    expect(calls.begun).toEqual(['a', 'a'])
    await calls.answer('a')
    await driver.settled()
    expect(valuesOf(driver)).toEqual(['A'])
  })

  it('that answers after its time is not listened to', async () => {
    const answers: Deferred<string>[] = []
    const call: Call = () => {
      const answer = deferred<string>()
      answers.push(answer)
      return answer.promise
    }
    using driver = testDriver(app(call, { timeout: '1s', retry: { backoff: 0 } }))
    driver.input(words).send('k', 'a')
    driver.advance('1s')
    expect(answers).toHaveLength(2)
    answers[0]!.resolve('late')
    answers[1]!.resolve('in time')
    await driver.settled()
    expect(valuesOf(driver)).toEqual(['in time'])
  })

  it('that fails is made again after pauses that double, half of them by chance, up to a bound', async () => {
    const times: number[] = []
    const call: Call = async () => {
      times.push(driver.now)
      throw new Error('no')
    }
    using driver = testDriver(app(call, { retry: { attempts: 6, backoff: 100, backoffMax: 400 } }))
    driver.input(words).send('k', 'a')
    await expect(driver.settled({ within: '1m' })).rejects.toThrow(StreamsError)
    const pauses = times.slice(1).map((time, index) => time - times[index]!)
    for (const [index, full] of [100, 200, 400, 400, 400].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(full / 2)
      expect(pauses[index]).toBeLessThanOrEqual(full)
    }
  })

  it('waits for the clock: settled leaves it, and goes on when time has passed', async () => {
    let attempts = 0
    using driver = testDriver(
      app(async value => {
        if (++attempts === 1) throw new Error('no')
        return value
      }),
    )
    driver.input(words).send('k', 'a')
    await driver.settled()
    expect([attempts, valuesOf(driver)]).toEqual([1, []])
    driver.advance('1s')
    await driver.settled()
    expect([attempts, valuesOf(driver)]).toEqual([2, ['a']])
  })
})

describe('a call that has failed for good', () => {
  it('stops the application when its turn comes: MR-3201 with node, place, line and cause', async () => {
    const cause = new Error('no such account')
    const call: Call = async value => {
      if (value === 'b') throw cause
      return value
    }
    using driver = testDriver(app(call, { name: 'lookup', retry: { attempts: 2 } }))
    sendAll(driver, [
      ['k', 'a'],
      ['k', 'b'],
      ['k', 'c'],
    ])
    const failure = await driver.settled({ within: '1m' }).then(
      () => undefined,
      (error: unknown) => error as StreamsError,
    )
    expect(failure).toMatchObject({ code: 'MR-3201', cause })
    expect(failure!.message).toContain('at each of 2 attempts: no such account')
    expect(failure!.where).toMatch(/^'lookup', words-0@1 .*answered-calls\.ts/)
    expect(valuesOf(driver)).toEqual([])
  })

  it('is not tried again where `when` says so, nor where the callback throws at once', async () => {
    let attempts = 0
    const call: Call = () => {
      attempts++
      throw new TypeError('final')
    }
    using driver = testDriver(
      app(call, { retry: { attempts: 5, when: error => !(error instanceof TypeError) } }),
    )
    driver.input(words).send('k', 'a')
    await expect(driver.settled()).rejects.toThrow('at its only attempt: final')
    expect(attempts).toBe(1)
  })
})

describe('a call that has failed for good, by policy', () => {
  const failing: Call = async value => {
    if (value.startsWith('bad')) throw new Error('no')
    return value
  }
  const withPolicy = (process: 'skip' | 'dlq'): App =>
    defineApp({
      id: 'app',
      onError: { process },
      ...(process === 'dlq' && { dlq: 'failed' }),
      build: b =>
        b
          .stream(words)
          .mapValuesAsync(failing, { name: 'call', retry: { attempts: 2 } })
          .to(loud),
    })
  const records = [
    ['k', 'a'],
    ['k', 'bad'],
    ['l', 'b'],
    ['l', 'bad too'],
    ['k', 'c'],
  ] as const

  it('is left out, and those behind it go on in their order', async () => {
    using driver = testDriver(withPolicy('skip'))
    sendAll(driver, records)
    await driver.settled({ within: '1m' })
    expect(valuesOf(driver)).toEqual(['a', 'b', 'c'])
    expect(driver.drops()).toMatchObject([
      { node: 'call', reason: 'processing', topic: 'words', offset: 1 },
      { node: 'call', reason: 'processing', topic: 'words', offset: 3 },
    ])
  })

  it('becomes a dead letter of its record, though others have been read since', async () => {
    using driver = testDriver(withPolicy('dlq'))
    sendAll(driver, records)
    await driver.settled({ within: '1m' })
    expect(valuesOf(driver)).toEqual(['a', 'b', 'c'])
    const letters = driver.dlq()
    expect(letters).toHaveLength(2)
    expect(letters[1]).toMatchObject({ topic: 'words', offset: 3, code: 'MR-3201', node: 'call' })
    expect(utf8Slice(letters[1]!.value!)).toBe('bad too')
  })

  it('is before the policy also where the last attempt has timed out', async () => {
    const hanging = defineApp({
      id: 'app',
      onError: { process: 'skip' },
      build: b =>
        b
          .stream(words)
          .mapValuesAsync(() => new Promise<string>(() => {}), { timeout: '1s', retry: { attempts: 1 } })
          .to(loud),
    })
    using driver = testDriver(hanging)
    driver.input(words).send('k', 'a')
    driver.advance('1s')
    await driver.settled()
    expect(driver.drops()).toMatchObject([{ reason: 'processing' }])
  })
})

describe('options that cannot be', () => {
  it.each([
    [{ concurrency: 0 }, 'concurrency must be an integer from 1 to 10000, not 0'],
    [{ concurrency: 1.5 }, 'concurrency must be an integer from 1 to 10000, not 1.5'],
    [{ timeout: 0 }, 'timeout must be an integer from 1 to 300000, not 0'],
    [{ timeout: '6m' }, 'timeout must be'],
    [{ timeout: 'soon' as '1m' }, 'timeout must be whole milliseconds'],
    [{ retry: { attempts: 0 } }, 'retry.attempts must be an integer from 1 to 100, not 0'],
    [{ retry: { backoff: -1 } }, 'retry.backoff must be whole milliseconds'],
    [{ retry: { backoffMax: 0 } }, 'retry.backoffMax must be an integer from 1 to 300000, not 0'],
    [{ ordering: 'time' as 'key' }, "ordering must be 'key', 'partition' or 'none', not time"],
    [{ retry: { when: 3 as unknown as () => boolean } }, 'retry.when: expected a function, not number'],
  ] as const)('are refused: %o', (options, message) => {
    expect(() => app(async value => value, options).topology()).toThrow(message)
  })

  it('includes a callback that is none, and the order of keys that no serde is known of', () => {
    expect(() => app(undefined as unknown as Call).topology()).toThrow('mapValuesAsync: expected a function')
    const other = topic('other', { key: uuid(), value: string() })
    const unknown = defineApp({
      id: 'unknown',
      build: b =>
        b
          .stream(words)
          .merge(b.stream(other))
          .mapValuesAsync(async value => value, { ordering: 'key' }),
    })
    expect(() => unknown.topology()).toThrow(expect.objectContaining({ code: 'MR-1004' }))
  })
})
