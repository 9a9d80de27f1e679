/** The bytes of the record that is being processed, for what chooses a topic and for policies (row A11 of the semantics). */
import { describe, expect, it } from 'vitest'
import { utf8Slice } from '../../src/base/text.ts'
import {
  defineApp,
  json,
  string,
  topic,
  type FailedRecord,
  type KStream,
  type StreamsBuilder,
} from '../../src/index.ts'
import { testDriver } from '../../src/testing/index.ts'

const text = { key: string(), value: string() }
const input = topic('in', text)

describe('A11: the bytes of the source record', () => {
  const read = (bytes: Uint8Array | null | undefined): string => (bytes ? utf8Slice(bytes) : String(bytes))
  const chosen: string[] = []
  const app = (build: (b: StreamsBuilder) => KStream<string, string>) =>
    defineApp({
      id: 'app',
      build: b =>
        build(b).to({
          choose(_value, _key, { rawKey, rawValue }) {
            chosen.push(`${read(rawKey)}=${read(rawValue)}`)
            return 'out'
          },
          ...text,
        }),
    })

  it('are at hand where a topic is chosen, whatever became of the record on its way', () => {
    using driver = testDriver(app(b => b.stream(input).map(value => ['other', `${value}${value}`])))
    driver.input(input).send('k', 'first').send(undefined, 'second').send('l', undefined)
    expect(chosen.splice(0)).toEqual(['k=first', 'null=second', 'l=null'])
  })

  it('are those of the topic before the sub-topology, and unknown in a punctuation', () => {
    using driver = testDriver(
      app(b =>
        b
          .stream(input)
          .selectKey(value => `by-${value}`)
          .repartition({ name: 'through' })
          .process({
            *process({ key, value }) {
              yield { key, value: value.toUpperCase() }
            },
            punctuate: {
              every: '1s',
              clock: 'wall',
              *run() {
                yield { key: 'k', value: 'tick' }
              },
            },
          }),
      ),
    )
    driver.input(input).send('k', 'v')
    driver.advance('1s')
    expect(chosen.splice(0)).toEqual(['by-v=v', 'undefined=undefined'])
  })

  it('are before the policies for errors, whatever has failed', () => {
    const seen: string[] = []
    const policy = (_error: Error, { kind, rawKey, rawValue }: FailedRecord) => {
      seen.push(`${kind}: ${read(rawKey)}=${read(rawValue)}`)
      return 'skip' as const
    }
    const failing = defineApp({
      id: 'app',
      onError: { deserialize: policy, process: policy, produce: policy },
      build: b =>
        b
          .stream(topic('in', { key: string(), value: json<number>() }))
          .mapValues(value => {
            if (value === 1) throw new Error('one')
            return value === 2 ? 2n : value
          })
          .to(topic('out', { key: string(), value: json<number | bigint>() })),
    })
    using driver = testDriver(failing)
    driver.input(input).send('a', '{').send('b', '1').send('c', '2').send('d', '3')
    expect(seen).toEqual(['deserialize: a={', 'process: b=1', 'produce: c=2'])
  })
})
