/** The names that a door exports, values and types, read off its text: doors only pass names on. */
import { withoutComments } from './source-tree.ts'

/** One line for each name in order, `type ` before what vanishes at run time; anything but a list is refused. */
export function exportedNames(text: string): string[] {
  const code = withoutComments(text)
  const lists = [...code.matchAll(/^export (type )?\{([^}]*)\} from '[^']+'$/gm)]
  const rest = code.replaceAll(/^export (type )?\{[^}]*\} from '[^']+'$/gm, '').trim()
  if (rest !== '') throw new Error(`a door holds only lists of names, not: ${rest.split('\n')[0]}`)
  return lists
    .flatMap(([, allTypes, list]) =>
      list!.split(',').flatMap(item => {
        const [, isType, name, alias] = /^\s*(type )?(\w+)(?: as (\w+))?\s*$/.exec(item) ?? []
        if (name === undefined) return []
        return [`${allTypes ?? isType ?? ''}${alias ?? name}`]
      }),
    )
    .sort((left, right) => (plain(left) < plain(right) ? -1 : 1))
}

function plain(line: string): string {
  return line.replace(/^type /, '')
}
