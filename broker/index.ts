/** The door of `millrace/broker`: a broker in this process. */
export { startBroker, type Broker, type BrokerOptions, type ConnectOptions } from './broker.ts'
export type { BrokerConfigInput } from './config.ts'
