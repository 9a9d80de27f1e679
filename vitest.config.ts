/** How the tests run: every `*.test.ts` under `test`, in forked processes, two at a time. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // `millrace` in tests and documentation examples is the source, not the last build.
    alias: {
      'millrace/avro': new URL('./src/avro/index.ts', import.meta.url).pathname,
      'millrace/testing': new URL('./src/testing/index.ts', import.meta.url).pathname,
      'millrace/runtime': new URL('./runtime/index.ts', import.meta.url).pathname,
      'millrace/broker': new URL('./broker/index.ts', import.meta.url).pathname,
      millrace: new URL('./src/index.ts', import.meta.url).pathname,
    },
  },
})
