/** node-rdkafka is led through the scenario. */
import { findRdkafka } from './rdkafka-client.ts'
import { leadThroughScenario } from './suite.ts'

const found = await findRdkafka('node-rdkafka')

leadThroughScenario({ name: 'node-rdkafka', found, without: found.without })
