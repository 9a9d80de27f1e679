/**
 * Who a producer is to the brokers: its producer id and epoch, and how it gets and renews them.
 *
 * An idempotent producer gets an id from any broker; a transactional one from its coordinator, which also ends what a
 * predecessor left open. The epoch of an idempotent producer is its own to raise (nobody else has its id); that of a
 * transactional one only the coordinator raises.
 */
import type { StreamsError } from '../../src/base/errors.ts'
import { kafkaErrors } from '../../src/protocol/errors.ts'
import {
  InitProducerId,
  type InitProducerIdResponse,
} from '../../src/protocol/messages/22-init-producer-id.ts'
import { callAnyBroker, callCoordinator } from './calls.ts'
import type { Cluster } from './cluster.ts'
import { refusal } from './refusal.ts'
import { againOn, type Again } from './retry.ts'

export interface IdentityOptions {
  readonly cluster: Cluster
  readonly transactionalId: string | undefined
  readonly transactionTimeoutMs: number
}

const epochMax = 32_767
/** Version 6 is for two-phase commit (KIP-939), which is not stable. */
const stableVersionMax = 5
/** From version 3 on the coordinator raises the epoch of the caller instead of treating it as a stranger (KIP-360). */
const raisingVersionMin = 3

export class ProducerIdentity {
  producerId = -1
  producerEpoch = -1
  readonly #options: IdentityOptions

  constructor(options: IdentityOptions) {
    this.#options = options
  }

  get known(): boolean {
    return this.producerId >= 0
  }

  /** Takes what a coordinator gave. */
  set(producerId: number, producerEpoch: number): void {
    this.producerId = producerId
    this.producerEpoch = producerEpoch
  }

  /** The next epoch of an idempotent producer; false if the last one is reached, and `acquire` must get another id. */
  raise(): boolean {
    if (this.producerEpoch >= epochMax) {
      this.set(-1, -1)
      return false
    }
    this.producerEpoch++
    return true
  }

  /** Gets an id and an epoch, as a newcomer. For a transactional id, MR-5044 if its last transaction does not end in time. */
  acquire(): Promise<void> {
    return this.#init(-1, -1, 0)
  }

  /** Has the coordinator raise the epoch, so that what is still on its way under the old one is refused. */
  renew(): Promise<void> {
    return this.#init(this.producerId, this.producerEpoch, raisingVersionMin)
  }

  async #init(producerId: number, producerEpoch: number, versionMin: number): Promise<void> {
    const { cluster, transactionalId, transactionTimeoutMs } = this.#options
    const request = InitProducerId.request.create({
      transactionalId: transactionalId ?? null,
      // Apart from the time a request may take: how long a transaction may stay open.
      transactionTimeoutMs: transactionalId === undefined ? 0x7fff_ffff : transactionTimeoutMs,
      producerId,
      producerEpoch,
    })
    const of = transactionalId === undefined ? '' : ` for transactional id "${transactionalId}"`
    const what = `get a producer id${of}`
    const options = {
      what,
      versionMin,
      versionMax: stableVersionMax,
      again: (response: InitProducerIdResponse) => initOutcome(response, what),
    }
    const response =
      transactionalId === undefined
        ? await callAnyBroker(cluster, InitProducerId, request, options)
        : await callCoordinator(
            cluster,
            { type: 'transaction', key: transactionalId },
            InitProducerId,
            request,
            {
              ...options,
              lane: 'transaction',
            },
          )
    this.set(response.producerId, response.producerEpoch)
  }
}

function initOutcome({ errorCode }: InitProducerIdResponse, what: string): Again | undefined {
  return againOn(errorCode, () => (isFenced(errorCode) ? fenced(errorCode, what) : refusal(errorCode, what)))
}

/** Whether a code says that a newer producer has taken over. */
export function isFenced(code: number): boolean {
  return code === kafkaErrors.PRODUCER_FENCED.code || code === kafkaErrors.INVALID_PRODUCER_EPOCH.code
}

export function fenced(code: number, what: string): StreamsError {
  return refusal(code, what, {
    code: 'MR-5040',
    message:
      'A newer producer with the same transactional id has taken over, or the coordinator ended the transaction.',
    fix: 'Close this producer. If it is the one that should live, make a new one: that fences the other.',
  })
}
