/** `print`: Kafka's lines, where they go, and what is written of a key and a value (D14, D72). */
import { describe, expect, it } from 'vitest'
import { bytes, defineApp, int64, json, string, topic, tumbling, type KStream } from '../../../src/index.ts'
import { testDriver } from '../../../src/testing/index.ts'

interface Order {
  readonly item: string
}

const orders = topic('orders', { key: string(), value: json<Order>() })

function printing(use: (stream: KStream<string, Order>) => void) {
  const driver = testDriver(defineApp({ id: 'shop', build: b => use(b.stream(orders)) }))
  driver.input(orders).send('k', { item: 'tea' })
  driver.input(orders).send(undefined, undefined)
  const lines = [...driver.printed()]
  driver.close()
  return lines
}

describe('D14: print', () => {
  it('D72: writes [label]: key, value, the label being the operator above', () => {
    expect(printing(stream => stream.print())).toEqual([
      '[KSTREAM-SOURCE-0000000000]: k, {"item":"tea"}',
      '[KSTREAM-SOURCE-0000000000]: null, null',
    ])
    expect(printing(stream => stream.peek(() => {}, { name: 'looked-at' }).print())[0]).toBe(
      '[looked-at]: k, {"item":"tea"}',
    )
  })

  it('D72: takes a label, a mapper and a place', () => {
    const taken: string[] = []
    const lines = printing(stream =>
      stream.print({
        label: 'orders',
        mapper: (order, key) => `${key} wants ${order?.item ?? 'nothing'}`,
        to: line => taken.push(line),
      }),
    )
    expect(taken).toEqual(['[orders]: k wants tea', '[orders]: undefined wants nothing'])
    expect(lines).toEqual([])
  })

  it('writes windowed keys as Kafka does, numbers as they are', () => {
    const lines = printing(stream =>
      stream.groupByKey().windowedBy(tumbling('1m')).count().toStream().print({ label: 'counts' }),
    )
    expect(lines).toEqual(['[counts]: [k@0/60000], 1'])
    const others = topic('others', { key: bytes(), value: int64() })
    const driver = testDriver(
      defineApp({ id: 'shop', build: b => b.stream(others).print({ label: 'others' }) }),
    )
    driver.input(others).send(Uint8Array.of(1, 255), 12n)
    expect(driver.printed()).toEqual(['[others]: 01ff, 12'])
  })

  it('is named, and ends the stream', () => {
    const app = (name?: string) =>
      defineApp({
        id: 'shop',
        build: b => b.stream(orders).print(name === undefined ? {} : { name }),
      })
        .topology()
        .describe()
    expect(app()).toContain('Processor: KSTREAM-PRINTER-0000000001 (stores: [])\n      --> none')
    expect(app('printer')).toContain('Processor: printer (stores: [])\n      --> none')
  })

  it('refuses what is no function', () => {
    const to = 'stdout' as unknown as (line: string) => void
    expect(() => printing(stream => stream.print({ to }))).toThrow(
      'print: to: expected a function, not string',
    )
  })
})
