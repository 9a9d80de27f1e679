/** Freezes values through and through, so that code which changes a value it was handed throws where it does so. */

/** Freezes `value` and everything reachable from it; binary data, which cannot be frozen, is left out. */
export function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.isFrozen(value) || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
}
