/** The door `millrace/avro`: the serde of Avro values. Needs the package `avsc`, which the application installs. */
export { avro, type AvroOptions, type AvroSchema } from './avro.ts'
