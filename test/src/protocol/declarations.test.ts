/** Holds every declaration against Kafka's own definitions: each field, in each version. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { zeroUuid } from '../../../src/base/uuid.ts'
import { apis } from '../../../src/protocol/api-keys.ts'
import {
  ConsumerProtocolAssignment,
  ConsumerProtocolSubscription,
} from '../../../src/protocol/messages/consumer-protocol.ts'
import {
  hasField,
  type FieldShape,
  type MessageType,
  type StructShape,
} from '../../../src/protocol/schema.ts'

/** A field in Kafka's definitions. */
interface OfficialField {
  readonly name: string
  readonly type: string
  readonly versions?: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly ignorable?: boolean | string
  readonly fields?: readonly OfficialField[]
}

interface OfficialStruct {
  readonly name: string
  readonly fields: readonly OfficialField[]
}

interface OfficialMessage extends OfficialStruct {
  readonly apiKey?: number
  readonly type: string
  readonly validVersions: string
  readonly flexibleVersions: string
  readonly commonStructs?: readonly OfficialStruct[]
}

const directory = fileURLToPath(new URL('../../../../shared/reference/kafka-protocol/', import.meta.url))
const present = existsSync(directory)
if (!present) console.log(`skipped: Kafka's message definitions are not at ${directory}`)
const definitions = present ? readDefinitions() : new Map<string, OfficialMessage>()

describe.skipIf(!present)('declarations', () => {
  const types = apis.flatMap(api => [api.request, api.response].map(type => ({ api, type })))

  it.each(types.map(({ api, type }) => [type.name, api.key, type] as const))('%s', (name, key, type) => {
    const official = definitions.get(name)!
    expect(official.apiKey).toBe(key)
    expect(differences(type, official)).toEqual([])
  })

  it.each([ConsumerProtocolSubscription, ConsumerProtocolAssignment].map(type => [type.name, type] as const))(
    '%s',
    (name, type) => expect(differences(type, definitions.get(name)!)).toEqual([]),
  )

  it('has an API for every key from 0 to 88 that clients, groups and transactions need', () => {
    const keys = [
      0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
      31, 32, 33, 34, 35, 36, 37, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 55, 57, 60, 61, 64, 65, 66, 68, 69,
      74, 75, 88,
    ]
    expect(apis.map(api => api.key)).toEqual(keys)
  })
})

/** Everything in which a declaration differs from the definition. */
function differences(type: MessageType<unknown>, official: OfficialMessage): string[] {
  const found: string[] = []
  const [min, max] = range(official.validVersions)!
  if (type.versions[0] !== min || type.versions[1] !== max) found.push(`versions ${type.versions.join('-')}`)
  if (type.flexibleSince !== range(official.flexibleVersions)?.[0])
    found.push(`flexible ${type.flexibleSince}`)
  for (let version = min; version <= max; version++) {
    compareStructs(type, official.fields, { official, version, path: `v${version} `, found })
  }
  return found
}

interface Comparison {
  readonly official: OfficialMessage
  readonly version: number
  readonly path: string
  readonly found: string[]
}

function compareStructs(shape: StructShape, fields: readonly OfficialField[], at: Comparison): void {
  const ours = Object.keys(shape.fields)
  const theirs = fields.map(field => lowerFirst(field.name))
  if (ours.join() !== theirs.join()) {
    at.found.push(`${at.path}has ${ours.join()} instead of ${theirs.join()}`)
    return
  }
  for (const official of fields) {
    const name = lowerFirst(official.name)
    compareFields(shape.fields[name]!, official, { ...at, path: `${at.path}${name}.` })
  }
}

function compareFields(ours: FieldShape, official: OfficialField, at: Comparison): void {
  const { version } = at
  const facts = {
    present: [hasField(ours, version), contains(official.versions ?? official.taggedVersions, version)],
    ignorable: [ours.ignorable, String(official.ignorable ?? false) === 'true'],
    default: [zeroOf(ours.defaultValue), defaultOf(official)],
    kind: [kindOf(ours), kindOfOfficial(official.type)],
    nullable: [false, false],
    tag: [undefined as number | undefined, undefined as number | undefined],
  }
  if (facts.present[1]) {
    const nullable = ours.nullableSince !== undefined && version >= ours.nullableSince
    facts.nullable = [nullable, contains(official.nullableVersions, version)]
    facts.tag = [ours.tag, contains(official.taggedVersions, version) ? official.tag : undefined]
  }
  for (const [fact, [mine, theirs]] of Object.entries(facts)) {
    if (mine !== theirs) at.found.push(`${at.path}${fact}: ${String(mine)} instead of ${String(theirs)}`)
  }
  // Within a struct that the version lacks, presence has no meaning.
  const shape = structOf(ours)
  if (shape !== undefined && facts.present[1]) compareStructs(shape, fieldsOf(official, at.official), at)
}

function structOf({ type }: FieldShape): StructShape | undefined {
  const inner = type.kind === 'array' ? type.element : type
  return inner.kind === 'struct' ? inner.struct : undefined
}

function fieldsOf(field: OfficialField, message: OfficialMessage): readonly OfficialField[] {
  if (field.fields !== undefined) return field.fields
  const name = field.type.replace('[]', '')
  return message.commonStructs!.find(common => common.name === name)!.fields
}

function kindOf({ type }: FieldShape): string {
  return type.kind === 'array' ? `[]${type.element.kind}` : type.kind
}

function kindOfOfficial(type: string): string {
  const [, list, name] = /^(\[\])?(.*)$/.exec(type)!
  return `${list ?? ''}${/^[A-Z]/.test(name!) ? 'struct' : name}`
}

/** A default in a form that can be compared: what is empty, or a struct of defaults, is `zero`. */
function zeroOf(value: unknown): unknown {
  if (value === 0 || value === '' || value === false || value === zeroUuid) return 'zero'
  if (value === null) return 'null'
  if (typeof value !== 'object') return value
  return value instanceof Uint8Array || Array.isArray(value) ? (value.length === 0 ? 'zero' : value) : 'zero'
}

function defaultOf(field: OfficialField): unknown {
  const { default: value, type } = field
  if (value === 'null' || (type === 'records' && value === undefined)) return 'null'
  if (value === undefined || value === '' || String(value) === 'false') return 'zero'
  if (String(value) === 'true') return true
  return zeroOf(Number(value))
}

function contains(versions: string | undefined, version: number): boolean {
  const bounds = range(versions)
  return bounds !== undefined && bounds[0] <= version && version <= bounds[1]
}

function range(versions: string | undefined): [number, number] | undefined {
  if (versions === undefined || versions === 'none') return undefined
  const [, from, open, to] = /^(\d+)(\+)?(?:-(\d+))?$/.exec(versions)!
  return [Number(from), open === undefined ? Number(to ?? from) : Infinity]
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function readDefinitions(): Map<string, OfficialMessage> {
  const read = new Map<string, OfficialMessage>()
  for (const file of readdirSync(directory)) {
    const text = readFileSync(`${directory}${file}`, 'utf8').replaceAll(/^\s*\/\/.*$/gm, '')
    const definition = JSON.parse(text) as OfficialMessage
    read.set(definition.name, definition)
  }
  return read
}
