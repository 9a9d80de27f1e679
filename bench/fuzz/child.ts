/** The broker that is fuzzed, in a process of its own: tells its port, and on every message its memory and its faults. */
import { memoryUsage } from 'node:process'
import { startBroker } from '../../broker/index.ts'

/** What the broker tells. */
export interface FuzzReport {
  readonly port: number
  readonly rss: number
  readonly heapUsed: number
  /** Faults of its own, each kind once. */
  readonly faults: readonly string[]
  readonly faultCount: number
}

const [directory] = process.argv.slice(2) as [string]
const faults = new Set<string>()
let faultCount = 0
const broker = await startBroker({
  directory,
  config: {
    'group.min.session.timeout.ms': 1,
    'log.retention.bytes': 8 << 20,
    'log.segment.bytes': 4 << 20,
    'log.retention.check.interval.ms': 1000,
  },
  onFault(fault) {
    faultCount++
    const { cause } = fault
    if (faults.size < 20)
      faults.add(cause instanceof Error ? `${fault.message}\n${cause.stack}` : fault.message)
  },
})
const { port } = await broker.listen({ port: 0 })
const report = (): FuzzReport => {
  ;(globalThis as { gc?: () => void }).gc?.()
  const { rss, heapUsed } = memoryUsage()
  return { port, rss, heapUsed, faults: [...faults], faultCount }
}
process.on('message', () => process.send!(report()))
process.on('disconnect', () => void broker.close())
process.send!(report())
