/** The door of `millrace/broker`: a broker in this process, for this process or on the network. */
export {
  startBroker,
  type Broker,
  type BrokerOptions,
  type ConnectOptions,
  type ListenAddress,
  type ListenOptions,
} from './broker.ts'
export type { BrokerConfigInput } from './config.ts'
export type { SaslMechanism, SaslOptions } from './security/login.ts'
export type { PrincipalRules } from './security/principal-rules.ts'
export type { ScramPassword } from './security/scram-credentials.ts'
export type { ClientAuth, TlsOptions } from './security/tls.ts'
export { loadTls, type StoreDefinition, type TlsDefinition } from './security/tls-files.ts'
export type { ListenerSecurity } from './properties/listener-security.ts'
export { defineBroker, type BrokerDefinition, type PlaceOf } from './properties/kafka-properties.ts'
export type { ListenerDefinition, SecurityProtocol } from './properties/listeners.ts'
export { tellMachineHost, type NameService } from './properties/machine-host.ts'
export { propertyLines, readProperties } from './properties/properties-file.ts'
