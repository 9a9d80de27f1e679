/** A trace as text: a line for each step, below and to the right of the step that caused it. */
import { unreachable } from '../base/assert.ts'
import { undecodedValue } from '../engine/source-reader.ts'
import { Change } from '../operators/change.ts'
import type { TracedPlace, TracedValue, TraceStep } from './trace-step.ts'

/** Of a key or value; what is longer is cut. */
const textLengthMax = 120

export function traceText(steps: readonly TraceStep[]): string {
  const lines: string[] = []
  addLines(lines, steps, '')
  return lines.join('\n')
}

function addLines(lines: string[], steps: readonly TraceStep[], indent: string): void {
  for (const step of steps) {
    lines.push(indent + lineOf(step))
    if ('steps' in step) addLines(lines, step.steps, `${indent}  `)
  }
}

function lineOf(step: TraceStep): string {
  switch (step.kind) {
    case 'source':
      return `source ${step.node} (task ${step.task}) reads ${placeText(step)}: ${recordText(step)}`
    case 'processor':
      return `${step.node}: ${recordText(step)}`
    case 'punctuation':
      return `punctuation of ${step.node} (task ${step.task}) at ${step.timestamp}`
    case 'sink': {
      const to = step.places.length === 0 ? 'nowhere' : step.places.map(placeText).join(', ')
      return `sink ${step.node}: ${recordText(step)} to ${to}`
    }
    case 'store':
      return `store ${step.store}: ${windowText(step)}${recordText(step)}`
    case 'drop':
      return `dropped by ${step.node}: ${step.reason}`
    case 'dead-letter':
      return `dead letter to ${step.places.map(placeText).join(', ')}`
    default:
      return unreachable(step)
  }
}

function placeText({ topic, partition, offset }: TracedPlace): string {
  return `${topic}-${partition}@${offset}`
}

function windowText({ start, end }: { readonly start?: number; readonly end?: number }): string {
  if (start === undefined) return ''
  return end === undefined ? `window ${start} ` : `session ${start} to ${end} `
}

function recordText({ key, value, timestamp }: TracedValue): string {
  return `${textOf(key)} = ${textOf(value)} at ${timestamp}`
}

function textOf(part: unknown): string {
  if (part === undecodedValue) return '(not read)'
  if (part === undefined || part === null) return 'nothing'
  if (part instanceof Change) {
    const from = part.oldValue === undefined ? '' : ` from ${textOf(part.oldValue)}`
    return `change${from} to ${textOf(part.newValue)}`
  }
  if (part instanceof Uint8Array) return cut(`bytes ${[...part].map(hex).join('')}`)
  try {
    return cut(JSON.stringify(part, jsonValue) ?? `(${typeof part})`)
  } catch {
    // Circular, or with a `toJSON` that throws.
    return '(no text)'
  }
}

function jsonValue(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Map) return Object.fromEntries(value as Map<string, unknown>)
  return value instanceof Set ? [...(value as Set<unknown>)] : value
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}

function cut(text: string): string {
  return text.length > textLengthMax ? `${text.slice(0, textLengthMax)}...` : text
}
