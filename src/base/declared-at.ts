/** Finds the line of the application that declared an operator, so that messages can point at it. */

/** Absent where modules have no address: in a bundle that is a script, the library and the application are one. */
const moduleUrl = import.meta.url as string | undefined
const sourceRoots = moduleUrl === undefined ? [] : rootsOf(moduleUrl)

/**
 * `file:line:column` of the nearest caller outside this library, or `undefined` where the engine gives no stacks and in
 * bundles. Costs some microseconds: it is for declarations, not for records.
 */
export function declaredAt(): string | undefined {
  const stack = stackOf(framesMax)
  if (stack === undefined || sourceRoots.length === 0) return undefined
  for (const line of stack.split('\n').slice(1)) {
    const place = /\(?([^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1]
    if (place === undefined || place.startsWith('node:')) continue
    if (sourceRoots.some(root => place.startsWith(root))) continue
    return place.replace(/^file:\/\//, '')
  }
  return undefined
}

/** Calls of the library that may stand between the application's line and here; engines keep ten unless they are told. */
const framesMax = 40

function stackOf(frames: number): string | undefined {
  const before = Error.stackTraceLimit
  Error.stackTraceLimit = frames
  try {
    return new Error('where').stack
  } finally {
    Error.stackTraceLimit = before
  }
}

/** The library's source folder as stack frames may spell it: a URL or a path. */
function rootsOf(moduleUrl: string): readonly string[] {
  const source = moduleUrl.replace(/[^/]*\/[^/]*$/, '')
  // What runs applications stands beside what they are declared with.
  const roots = [source, source.replace(/[^/]*\/$/, 'runtime/')]
  return roots.flatMap(root => [root, decodeURI(root.replace(/^file:\/\//, ''))])
}
