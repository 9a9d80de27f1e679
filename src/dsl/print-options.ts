/** What `print` takes. */
import type { Mapper } from './function-types.ts'
import type { NamedOptions } from './options.ts'

export interface PrintOptions<K, V> extends NamedOptions {
  /** What stands in brackets before each record. Default: the name of the operator above. */
  readonly label?: string
  /**
   * Makes the text of a record. Default: `key, value`. Texts and numbers are written as they are, what is absent as
   * `null`, bytes in hexadecimal, windowed keys as `[key@start/end]`, everything else as JSON.
   */
  readonly mapper?: Mapper<K, V, string>
  /**
   * Takes each line, without a line break. Default: where the application prints, which is standard output, or
   * `driver.printed()` in the test driver. A line may come again after a failure.
   */
  readonly to?: (line: string) => void
}
