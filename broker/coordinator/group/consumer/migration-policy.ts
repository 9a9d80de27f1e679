/** `group.consumer.migration.policy`: in which directions groups with members may change their protocol. */
import type { BrokerConfig } from '../../../config.ts'

interface Migration {
  /** From the classic to the consumer protocol. */
  readonly upgrades: boolean
  /** Back, when the last member of the consumer protocol goes. */
  readonly downgrades: boolean
  /** Whether members of the classic protocol may join a group of the other. */
  readonly mixes: boolean
}

type Policy = BrokerConfig['group.consumer.migration.policy']

const migrations: Readonly<Record<Policy, Migration>> = {
  bidirectional: { upgrades: true, downgrades: true, mixes: true },
  upgrade: { upgrades: true, downgrades: false, mixes: true },
  downgrade: { upgrades: false, downgrades: true, mixes: true },
  disabled: { upgrades: false, downgrades: false, mixes: false },
}

/** What the configuration allows. */
export function migration(config: Pick<BrokerConfig, 'group.consumer.migration.policy'>): Migration {
  return migrations[config['group.consumer.migration.policy']]
}
