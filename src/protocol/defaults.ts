/**
 * Says whether a field holds its default: then a version may lack it, and a tagged field need not be sent.
 */
import type { FieldShape } from './schema.ts'

export function isDefault(field: FieldShape, value: unknown): boolean {
  const { defaultValue } = field
  // Nothing is written of a default, so a field that an untyped caller left out does no harm.
  if (value === defaultValue || value === undefined) return true
  if (value === null || defaultValue === null) return false
  const { type } = field
  if (type.kind === 'array') return (value as readonly unknown[]).length === 0
  if (type.kind === 'bytes' || type.kind === 'records') return (value as Uint8Array).length === 0
  if (type.kind !== 'struct') return false
  return Object.entries(type.struct.fields).every(([name, inner]) =>
    isDefault(inner, (value as Readonly<Record<string, unknown>>)[name]),
  )
}
