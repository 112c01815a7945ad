import { EmbedlineError } from '../../domain/errors.ts'
import { type CatalogueEntry, catalogued } from '../../modelFiles/catalogue.ts'
import type { Flag } from '../command.ts'
import { settingFlags } from '../settingFlags.ts'

/** Flags of every command on the models folder. */
export const MODEL_FLAGS: readonly Flag[] = [
  ...settingFlags(['data', 'models']),
  { name: 'json', meaning: 'Prints JSON instead.' },
]

/** The model that the first operand names. Throws `request_invalid` when there is none, `model_unknown` for another. */
export function modelOf(operands: readonly string[]): CatalogueEntry {
  const [id] = operands
  if (id === undefined)
    throw new EmbedlineError('request_invalid', 'which model? embedline models list shows them')
  return catalogued(id)
}

/** `1.2 GB`, `812.4 MB`, `0.3 MB`. */
export const sizeText = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
