/**
 * The complaint of a reader or writer, carried up to whoever knows the message's name; never leaves the
 * codec.
 */

export class WireFault extends Error {
  /** From the outermost field to the innermost, list positions as numbers. */
  readonly path: (string | number)[] = []

  /** `topics[3].partitions[0].records`, or nothing for the message itself. */
  get place(): string {
    let text = ''
    for (const step of this.path) {
      if (typeof step === 'number') text += `[${step}]`
      else text += text === '' ? step : `.${step}`
    }
    return text
  }
}

/** Notes on its way up that `error` came from the field or list position `step`. */
export function within(error: unknown, step: string | number): unknown {
  if (error instanceof WireFault) error.path.unshift(step)
  return error
}
