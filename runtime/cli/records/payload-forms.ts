/** The names of the forms of keys and values: apart from `payload.ts`, which reads and writes them. */

export const payloadForms = [
  'string',
  'json',
  'hex',
  'base64',
  'int16',
  'int32',
  'int64',
  'float',
  'double',
] as const

export type PayloadForm = (typeof payloadForms)[number]
