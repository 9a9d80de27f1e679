/** Which folder may import which: the table that the tree is held against. */

const low = [
  'src/base',
  'src/record',
  'src/windows',
  'src/serdes',
  'src/state',
  'src/processor',
  'src/topology',
]
/** All that a program without network and disk needs: what the test driver is made of. */
const driver = [...low, 'src/operators', 'src/engine', 'src/plan', 'src/dsl']
const core = [...driver, 'src/protocol', 'src/codecs', 'src/testing', 'src']

const wire = ['src/base', 'src/record', 'src/protocol', 'src/codecs']
const broker = [
  'broker/log',
  'broker/metadata',
  'broker/coordinator',
  'broker/security',
  'broker/net',
  'broker/handlers',
]
const runtime = ['runtime/client', 'runtime/state', 'runtime/topics', 'runtime/assign', 'runtime/restore']

/**
 * The folders that each folder may import besides itself, lowest layers first. A file belongs to the longest entry that
 * its path starts with. A folder that is missing here is refused, so that somebody thinks about a new one.
 */
export const layers: Readonly<Record<string, readonly string[]>> = {
  'src/base': [],
  'src/record': ['src/base'],
  'src/protocol': ['src/base', 'src/record'],
  'src/codecs': ['src/base', 'src/record'],
  'src/windows': ['src/base'],
  'src/serdes': ['src/base', 'src/record', 'src/windows'],
  // A door of its own: it needs a package that only those who use it install.
  'src/avro': ['src/base', 'src/serdes'],
  'src/state': ['src/base', 'src/record', 'src/serdes', 'src/windows'],
  'src/processor': ['src/base', 'src/record', 'src/serdes', 'src/state'],
  'src/topology': ['src/base', 'src/record', 'src/processor', 'src/serdes', 'src/state'],
  'src/engine': ['src/base', 'src/record', 'src/topology', 'src/processor', 'src/state', 'src/serdes'],
  'src/operators': ['src/base', 'src/record', 'src/processor', 'src/state', 'src/windows', 'src/serdes'],
  'src/plan': [...low, 'src/operators'],
  'src/dsl': [...low, 'src/operators', 'src/plan'],
  'src/testing': driver,
  src: driver,

  // The real clock and real chance: what the core is handed in production.
  system: ['src/base'],

  // The files directly in `broker` are its foundation (errors, configuration) and its assembly at once.
  'broker/log': [...wire, 'broker'],
  'broker/metadata': [...wire, 'broker', 'broker/log'],
  'broker/coordinator': [...wire, 'broker', 'broker/log'],
  'broker/security': [...wire, 'broker', 'broker/metadata'],
  'broker/net': [...wire, 'broker', 'broker/handlers', 'broker/security'],
  'broker/handlers': [...wire, 'broker', ...broker],
  'broker/properties': ['src/base', 'broker', 'broker/security'],
  broker: [...wire, ...broker, 'broker/properties', 'system'],

  'runtime/client': core,
  'runtime/state': core,
  'runtime/topics': [...core, 'runtime/client'],
  'runtime/assign': [...core, 'runtime/client'],
  'runtime/restore': [...core, 'runtime/client', 'runtime/state'],
  // The files directly in `runtime` are its options and what a user calls; the latter starts an embedded broker.
  'runtime/tasks': [...core, ...runtime, 'runtime'],
  runtime: [...core, ...runtime, 'system', 'runtime/tasks', 'runtime/embedded.ts'],

  // The two places that put a program together out of both halves.
  'runtime/embedded.ts': [...core, ...runtime, 'runtime', 'broker', 'system'],
  'runtime/cli': [...core, ...runtime, 'runtime', 'runtime/embedded.ts', 'broker'],

  // Only what a user can import, by package name.
  examples: [],
  bench: [
    ...core,
    ...runtime,
    'runtime',
    'runtime/tasks',
    'runtime/embedded.ts',
    'broker',
    ...broker,
    'examples',
  ],
}

/** These stand for the files directly in them, not for folders that nobody listed. */
const flat = new Set(['src', 'broker', 'runtime'])

/** The layer that a path belongs to, `undefined` for none. */
export function layerOf(path: string): string | undefined {
  const fitting = Object.keys(layers).filter(layer => path === layer || path.startsWith(`${layer}/`))
  const layer = fitting.sort((left, right) => right.length - left.length)[0]
  const deep = path.split('/').length > 2
  return layer !== undefined && flat.has(layer) && deep ? undefined : layer
}
