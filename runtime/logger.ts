/** Where the runtime writes what an operator should know: an interface, a console and a silent one. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Receives one line per event; `fields` are for machines. Any structured logger fits behind it. */
export interface Logger {
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Writes lines to stderr from `least` on, the fields as JSON after the message. */
export function consoleLogger(least: LogLevel = 'info'): Logger {
  return {
    log(level, message, fields) {
      if (order.indexOf(level) < order.indexOf(least)) return
      const tail = fields === undefined ? '' : ` ${JSON.stringify(fields)}`
      process.stderr.write(`${level.padEnd(5)} ${message}${tail}\n`)
    },
  }
}

/** Says nothing. */
export const silentLogger: Logger = { log: () => {} }
