/** kafkajs, the most used Kafka client in JavaScript, is led through the scenario. */
import { findKafkajs } from './kafkajs-client.ts'
import { leadThroughScenario } from './suite.ts'

leadThroughScenario({ name: 'kafkajs', found: findKafkajs() })
