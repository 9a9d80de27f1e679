/** The forms in which commands print what they have found. */

export const outputForms = ['table', 'wide', 'json', 'jsonl', 'yaml'] as const

export type OutputForm = (typeof outputForms)[number]
