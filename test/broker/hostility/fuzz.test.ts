/** The fuzzer of `npm run bench -- fuzz` in small: some thousand frames of every API, whole and damaged, with a seed. */
import { afterEach, expect, it } from 'vitest'
import { CleanClient } from '../../../bench/fuzz/clean-client.ts'
import { Lane } from '../../../bench/fuzz/lane.ts'
import { RequestMaker } from '../../../bench/fuzz/request-maker.ts'
import { apiHandlers } from '../../../broker/handlers/table.ts'
import { seededRandom } from '../../../src/base/random.ts'
import { registerAllCodecs } from '../../../src/codecs/index.ts'
import { besieged, closeAll } from './raw-client.ts'

afterEach(closeAll)

it.each([1, 2])(
  'frames of every API, whole and damaged, neither fault the broker nor hold others up (seed %i)',
  async seed => {
    registerAllCodecs()
    const { port, faults } = await besieged({ 'group.min.session.timeout.ms': 1 })
    const clean = await CleanClient.open(port)
    const maker = new RequestMaker(seededRandom(seed), [...apiHandlers.values()])
    maker.topicIds.push(...clean.topicIds)
    const lanes = Array.from({ length: 16 }, () => new Lane(port))
    let sent = 0
    const outcomes = new Map<string, number>()
    await Promise.all(
      lanes.map(async lane => {
        while (sent++ < 1500) {
          const { bytes, kind } = maker.next()
          const outcome = await lane.send(bytes, kind === 'misframed' ? 20 : 100)
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        }
        lane.close()
      }),
    )
    expect(await clean.ask()).toBeLessThan(3000)
    await clean.close()
    expect(faults).toEqual([])
    expect(outcomes.get('answered')).toBeGreaterThan(300)
    expect(outcomes.get('refused')).toBeGreaterThan(100)
  },
  60_000,
)
