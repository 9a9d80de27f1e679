/** Stream `print`: writes a line for each record, in Kafka's format, and ends it (semantics D14, D72). */
import { hexOf } from '../base/bytes.ts'
import type { Processor, ProcessorContext, ProcessorSupplier } from '../processor/processor.ts'
import type { StreamRecord } from '../processor/record.ts'
import { absent, type ValueCallback } from './callbacks.ts'

export interface Print {
  readonly label: string
  /** Default: `key, value`. */
  readonly mapper: ValueCallback<unknown> | undefined
  /** Default: where the application prints. */
  readonly to: ((line: string) => void) | undefined
}

export function print(options: Print): ProcessorSupplier {
  return () => new Printer(options)
}

class Printer implements Processor {
  private readonly options: Print
  private context!: ProcessorContext

  constructor(options: Print) {
    this.options = options
  }

  init(context: ProcessorContext): void {
    this.context = context
  }

  process({ key, value }: StreamRecord): void {
    const { context } = this
    const { label, mapper, to } = this.options
    const text =
      mapper === undefined ? `${textOf(key)}, ${textOf(value)}` : textOf(mapper(value, key, context.record))
    const line = `[${label}]: ${text}`
    if (to === undefined) context.print(line)
    else to(line)
  }
}

/** What a key or a value looks like in print. */
function textOf(value: unknown): string {
  if (absent(value)) return 'null'
  if (typeof value !== 'object') return (value as string | number | bigint | boolean).toString()
  if (value instanceof Uint8Array) return hexOf(value)
  if (isWindowed(value)) return `[${textOf(value.key)}@${value.window.start}/${value.window.end}]`
  return JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each))
}

function isWindowed(value: object): value is { key: unknown; window: { start: number; end: number } } {
  const { window } = value as { window?: { start?: unknown; end?: unknown } }
  return 'key' in value && typeof window?.start === 'number' && typeof window.end === 'number'
}
