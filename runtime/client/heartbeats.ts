/**
 * Heartbeats of a group member: on a timer of their own, whatever the application does meanwhile.
 *
 * One is under way at most. An answer that is for an older generation than the present one says nothing about it and is
 * ignored. A lost connection or a coordinator that moved costs one beat: whether the session outlives that, the
 * coordinator says in its next answer.
 */
import type { Timer } from '../../src/base/clock.ts'
import { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { Heartbeat } from '../../src/protocol/messages/12-heartbeat.ts'
import type { Cluster } from './cluster.ts'
import { groupRefusal, isLost, type Membership } from './group-protocol.ts'
import { remedyOf } from './retry.ts'

export interface HeartbeatsOptions {
  readonly cluster: Cluster
  readonly groupId: string
  readonly instanceId: string | undefined
  readonly intervalMs: number
  readonly membership: Membership
  /** The group rebalances: this member has to join again. */
  readonly onRebalance: () => void
  /** The group no longer knows the member. `code` says whether by id or by generation. */
  readonly onLost: (code: number) => void
  readonly onFatal: (error: unknown) => void
  /** After each beat that was answered without error. */
  readonly onBeat: () => void
}

export class Heartbeats {
  readonly #options: HeartbeatsOptions
  #timer: Timer | undefined
  #running = false

  constructor(options: HeartbeatsOptions) {
    this.#options = options
  }

  /** Starts the timer. Not an error if it runs. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#arm()
  }

  stop(): void {
    this.#running = false
    this.#timer?.cancel()
  }

  #arm(): void {
    this.#timer?.cancel()
    this.#timer = this.#options.cluster.clock.setTimer(this.#options.intervalMs, () => {
      void this.#beat()
    })
  }

  async #beat(): Promise<void> {
    const { cluster, groupId, instanceId, membership } = this.#options
    const { memberId, generationId } = membership
    try {
      const connection = await cluster.coordinator('group', groupId, 'heartbeat')
      const request = Heartbeat.request.create({
        groupId,
        generationId,
        memberId,
        groupInstanceId: instanceId ?? null,
      })
      const { errorCode } = await cluster.send(connection, Heartbeat, request)
      const current = membership.memberId === memberId && membership.generationId === generationId
      if (this.#running && current) this.#answered(errorCode)
    } catch (error) {
      // Lost, or the coordinator cannot be found: the next beat looks it up again.
      if (error instanceof StreamsError) cluster.forgetCoordinator('group', groupId)
      else this.#options.onFatal(error)
    }
    if (this.#running) this.#arm()
  }

  #answered(code: number): void {
    const { cluster, groupId, onRebalance, onLost, onFatal, onBeat } = this.#options
    if (code === 0) onBeat()
    else if (code === kafkaErrors.REBALANCE_IN_PROGRESS.code) onRebalance()
    else if (isLost(code)) onLost(code)
    else if (remedyOf(code) === 'find-coordinator') cluster.forgetCoordinator('group', groupId)
    else if (remedyOf(code) === 'fail') onFatal(groupRefusal(code, `stay in group "${groupId}"`))
  }
}
