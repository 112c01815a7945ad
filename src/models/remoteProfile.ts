import { createHash } from 'node:crypto'
import type { ModelFacts } from '../domain/model.ts'
import type { Profile } from './profile.ts'
import type { RemoteModel } from './settings.ts'

/** The model of another server: here are its facts, and whoever wants a vector asks there. */
export function remoteProfile(remote: RemoteModel): Profile {
  const facts = remoteFacts(remote)
  return { facts, open: async () => (await import('./openElsewhere.ts')).openElsewhere(facts) }
}

/**
 * Whatever makes other vectors makes another revision: the name of the model, the dimension,
 * and what stands before a document, of which 8 hex digits of the SHA-256 are enough to tell two apart.
 */
function remoteFacts({ model, dimension, documentPrefix }: RemoteModel): ModelFacts {
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
