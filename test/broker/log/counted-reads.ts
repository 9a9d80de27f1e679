/** A file system that counts what is opened and read. */
import type { File, FileSystem } from '../../../broker/log/files.ts'

/** Counts the files opened, the reads of log files, and the bytes read from them and from all others. */
export class CountedReads {
  opened = 0
  logReads = 0
  logBytes = 0
  otherBytes = 0

  over(files: FileSystem): FileSystem {
    const counted = (file: File): File =>
      new Proxy(file, {
        get: (target, name) => {
          if (name === 'read') {
            return (...parts: Parameters<File['read']>) => {
              const read = target.read(...parts)
              if (file.path.endsWith('.log')) {
                this.logReads++
                this.logBytes += read
              } else this.otherBytes += read
              return read
            }
          }
          const value: unknown = Reflect.get(target, name, target)
          return typeof value === 'function' ? value.bind(target) : value
        },
      })
    return new Proxy(files, {
      get: (target, name) => {
        if (name === 'open')
          return (...parts: Parameters<FileSystem['open']>) => {
            this.opened++
            return counted(target.open(...parts))
          }
        const value: unknown = Reflect.get(target, name, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}
