import { createHash } from 'node:crypto'
import type { ModelFacts } from '../domain/model.ts'
import type { RemoteModel } from './settings.ts'

/**
 * The model of another server. Whatever makes other vectors makes another revision: the name of the model, the dimension,
 * and what stands before a document, of which 8 hex digits of the SHA-256 are enough to tell two apart.
 */
export function remoteFacts({ model, dimension, documentPrefix }: RemoteModel): ModelFacts {
  const prefix = documentPrefix === '' ? '' : `/${sha256(documentPrefix).slice(0, 8)}`
  return {
    id: 'openai-compatible',
    revision: `${model}/${dimension}${prefix}`,
    precision: 'unknown',
    spaces: { text: { space: 'text', dimension } },
    isLexical: false,
    isRemote: true,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
