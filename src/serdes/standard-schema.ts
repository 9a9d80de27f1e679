/**
 * The Standard Schema interface, version 1, as far as it is used here: https://standardschema.dev.
 *
 * zod, valibot, arktype and others implement it. It is declared here, not imported, because it is an agreement of
 * shapes: a package would only bring these lines.
 */

/** A schema of any library that follows the standard. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** Exists in types only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** Issues when the value was refused, the value as the schema gives it otherwise. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** Why a value was refused, and where in it. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** What a schema takes. */
export type SchemaInput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['input']

/** What a schema gives. */
export type SchemaOutput<S extends StandardSchema> = NonNullable<S['~standard']['types']>['output']
