/** @confluentinc/kafka-javascript is led through the scenario. */
import { findRdkafka } from './rdkafka-client.ts'
import { leadThroughScenario } from './suite.ts'

const found = await findRdkafka('@confluentinc/kafka-javascript')

leadThroughScenario({ name: '@confluentinc/kafka-javascript', found, without: found.without })
