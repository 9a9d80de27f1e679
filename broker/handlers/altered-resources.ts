/** Changes the configurations of resources, for AlterConfigs and IncrementalAlterConfigs: each resource wholly or not. */
import { kafkaErrors } from '../../src/protocol/errors.ts'
import { BrokerError } from '../broker-error.ts'
import { describeRefusals, listed } from '../metadata/topic-config.ts'
import { demand } from './authorize.ts'
import { authorizedOf } from './config-resource.ts'
import { configuredResource, type ConfiguredResource, type ResourceName } from './configured-resource.ts'
import { duplicatesInSteps, duplicatesOf } from './duplicates.ts'
import { failureOf } from './failure.ts'
import type { BrokerContext, RequestContext } from './handler.ts'
import { eachInSteps } from './sliced.ts'

interface AlteredResource<Change> extends ResourceName {
  readonly configs: readonly Change[]
}

interface AlteredResources<Change> {
  readonly resources: readonly AlteredResource<Change>[]
  readonly validateOnly: boolean
}

interface ResourceAnswer extends ResourceName {
  readonly errorCode: number
  readonly errorMessage: string | null
}

/** Settings that one request may change, as in Kafka, where they are one batch of the controller's log. */
export const changeCountMax = 10_000

/** Gives each resource the settings that `change` makes of its changes, if they are valid; answers in their order, in steps. */
export function* alterResources<Change extends { readonly name: string }>(
  broker: BrokerContext,
  context: RequestContext<AlteredResources<Change>>,
  change: (configured: ConfiguredResource, changes: readonly Change[]) => Readonly<Record<string, string>>,
): Generator<void, ResourceAnswer[], void> {
  const { resources, validateOnly } = context.request
  const keyOf = ({ resourceType, resourceName }: ResourceName) => `${resourceType}/${resourceName}`
  const twice = yield* duplicatesInSteps(resources, keyOf)
  let changeCount = 0
  for (const { configs } of resources) changeCount += configs.length
  if (changeCount > changeCountMax) {
    const { code } = kafkaErrors.POLICY_VIOLATION
    throw new BrokerError(code, 'Unable to perform excessively large batch operation.')
  }
  return yield* eachInSteps(resources, resource => {
    try {
      if (twice.has(keyOf(resource))) throw invalid('Each resource must appear at most once.')
      const [type, named] = authorizedOf(resource)
      demand(broker, context, 'ALTER_CONFIGS', type, named)
      const configured = configuredResource(broker, resource)
      const repeated = duplicatesOf(resource.configs.map(({ name }) => name))
      if (repeated.size > 0)
        throw invalid(`Error due to duplicate config keys: ${listed([...repeated], ', ')}`)
      const overrides = change(configured, resource.configs)
      const refusals = configured.refusals(overrides)
      if (refusals.length > 0) {
        throw new BrokerError(kafkaErrors.INVALID_CONFIG.code, describeRefusals(refusals))
      }
      if (!validateOnly) configured.replace(overrides)
      return resourceAnswer(resource, 0, null)
    } catch (error) {
      const { errorCode, errorMessage } = failureOf(error)
      return resourceAnswer(resource, errorCode, errorMessage)
    }
  })
}

export function resourceAnswer(
  { resourceType, resourceName }: ResourceName,
  errorCode: number,
  errorMessage: string | null,
): ResourceAnswer {
  return { errorCode, errorMessage, resourceType, resourceName }
}

/** The refusal of a key that is to be set to nothing. */
export function nullValue(name: string): BrokerError {
  return invalid(`Null value not supported for : ${name}`)
}

function invalid(message: string): BrokerError {
  return new BrokerError(kafkaErrors.INVALID_REQUEST.code, message)
}
