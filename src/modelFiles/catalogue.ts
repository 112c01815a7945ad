import { EmbedlineError } from '../domain/errors.ts'
import type { Precision } from '../domain/precision.ts'

/** A model that can be pulled: where its files lie, and what is known of them without asking. */
export interface CatalogueEntry {
  id: string
  /** On the hub. */
  repository: string
  /** All files are taken of this commit. */
  commit: string
  licence: string
  /** What the model is not without. */
  files: readonly string[]
  /** Taken where the repository has them. */
  optionalFiles: readonly string[]
  defaultPrecision: Precision
  /** Of all files together, by counting parameters; the real sizes are known once the hub has listed them. */
  estimatedBytes: Readonly<Record<Precision, number>>
}

/**
 * The names are those that the transformers.js library reads. Sizes and hashes of the real files could not be had when
 * this was written and are pinned by the first pull; fp32 is the sum of three sizes that public pages name, the others
 * are 1 and 0.6 byte for each of 740 million parameters (with their scales, and some that stay 32 bits wide).
 */
export const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'embeddinggemma-2',
    repository: 'onnx-community/embeddinggemma-2-ONNX',
    commit: 'daa72c51243991dfcaf9f9137d2c573d8f7790c0',
    licence: 'Apache-2.0',
    files: [
      'config.json',
      'processor_config.json',
      'preprocessor_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ],
    optionalFiles: ['config_sentence_transformers.json', 'chat_template.jinja'],
    defaultPrecision: 'q8',
    estimatedBytes: { fp32: 2.9e9, q8: 0.8e9, q4: 0.5e9 },
  },
]

/** The entry of that name. Throws `model_unknown` for any other. */
export function catalogued(id: string, catalogue: readonly CatalogueEntry[] = CATALOGUE): CatalogueEntry {
  const entry = catalogue.find((each) => each.id === id)
  if (entry !== undefined) return entry
  const names = catalogue.map((each) => each.id).join(', ')
  throw new EmbedlineError('model_unknown', `There is no model ${id} to pull; there is: ${names}.`, {
    field: 'model',
  })
}
