/**
 * `producer-ids`: the file of the data directory that keeps which producer ids were given out.
 *
 *   version=1
 *   first.free=3000
 *
 * Replaced as a whole and forced to the disk, whatever `durability` says: it is written once for a thousand producers,
 * and an id that is given out twice mixes up two producers for good.
 */
import { StreamsError } from '../../../src/base/errors.ts'
import { utf8Bytes, utf8Slice } from '../../../src/base/text.ts'
import { joinPath, readWholeFile, replaceFile, type FileSystem } from '../../log/files.ts'
import type { ProducerIdStore } from './producer-ids.ts'

const fileName = 'producer-ids'
const layout = /^version=1\nfirst\.free=(\d{1,15})\n$/

/** The store in `directory`. */
export function producerIdFile(files: FileSystem, directory: string): ProducerIdStore {
  const path = joinPath(directory, fileName)
  return {
    read() {
      const bytes = readWholeFile(files, path)
      if (bytes === undefined) return 0
      const match = layout.exec(utf8Slice(bytes))
      if (match === null) {
        throw new StreamsError('MR-5101', {
          what: `${fileName} is not readable as version 1`,
          where: path,
          why: 'Without it a producer id could be given out twice.',
          fix: 'Restore the file, or write it with a first.free beyond every producer id in the logs.',
        })
      }
      return Number(match[1])
    },
    write(firstFree) {
      replaceFile(files, path, utf8Bytes(`version=1\nfirst.free=${firstFree}\n`))
    },
  }
}
