/** Type assertions for the files of this folder: they are checked by `tsc`, and never run. */

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only if the type of what it is given is exactly `Expected`. */
export function expectType<Expected>(): <Actual>(
  actual: Actual,
  ...same: Same<Actual, Expected> extends true ? [] : [mismatch: { expected: Expected; actual: Actual }]
) => void {
  return () => undefined
}
