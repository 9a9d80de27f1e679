/** Types of topics: what is read from one and what may be written to it. */
import {
  bytes,
  int64,
  json,
  string,
  topic,
  tumbling,
  windowed,
  type KStream,
  type SinkTopic,
  type SourceTopic,
  type Topic,
  type Windowed,
} from '../../src/index.ts'
import { expectType } from './same-type.ts'

interface Animal {
  name: string
}
interface Dog extends Animal {
  barks: boolean
}

const animals = topic('animals', { key: string(), value: json<Animal>() })
const dogs = topic('dogs', { key: string(), value: json<Dog>() })
expectType<Topic<string, Animal>>()(animals)
expectType<Topic<Windowed<bigint>, Uint8Array>>()(
  topic('w', { key: windowed(int64(), '5m'), value: bytes() }),
)

// Dogs are animals: they may be read as such, and written where animals belong.
export const source: SourceTopic<string, Animal> = dogs
export const sink: SinkTopic<string, Dog> = animals
// @ts-expect-error not every animal is a dog
export const wrongSource: SourceTopic<string, Dog> = animals
// @ts-expect-error the topic of dogs would get animals
export const wrongSink: SinkTopic<string, Animal> = dogs

declare const ofDogs: KStream<string, Dog>
declare const ofAnimals: KStream<string, Animal>
declare const byNumber: KStream<bigint, Animal>
declare const ofMaybeDogs: KStream<string, Dog | undefined>
ofDogs.to(animals)
ofMaybeDogs.to(dogs)
// @ts-expect-error not every animal is a dog
ofAnimals.to(dogs)
// @ts-expect-error the keys are not strings
byNumber.to(animals)
ofDogs.to({ choose: dog => (dog.barks ? 'loud' : 'quiet'), key: string(), value: json<Animal>() })
// @ts-expect-error the topics hold something else than dogs
ofDogs.to({ choose: () => 'numbers', key: string(), value: int64() })

topic('timed', { key: string(), value: json<{ at: string }>(), timestamp: event => Date.parse(event.at) })
// @ts-expect-error there is no such property
topic('timed', { key: string(), value: json<{ at: string }>(), timestamp: event => event.when })
// @ts-expect-error a timestamp is a number
topic('timed', { key: string(), value: json<{ at: string }>(), timestamp: event => event.at })
// @ts-expect-error a value serde is missing
topic('half', { key: string() })

tumbling('5m', { grace: '1.5s' })
tumbling(300_000)
// @ts-expect-error there is no unit x
tumbling('5x')
// @ts-expect-error a duration has a unit
tumbling('5')
