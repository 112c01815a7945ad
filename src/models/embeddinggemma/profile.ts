import { EmbedlineError } from '../../domain/errors.ts'
import type { FindModelFiles, Profile } from '../profile.ts'
import { GEMMA_ID, gemmaFacts } from './facts.ts'
import type { GemmaSettings } from './settings.ts'

/** EmbeddingGemma 2 as these settings want it; its files are looked for each time it is asked for. */
export function gemmaProfile(settings: GemmaSettings, findFiles: FindModelFiles): Profile {
  const { folder, commit, precisions } = settings
  const find = () => findFiles(folder, { id: GEMMA_ID, commit, precisions })
  return {
    facts: gemmaFacts(settings),
    problem() {
      try {
        find()
        return undefined
      } catch (failure) {
        if (failure instanceof EmbedlineError) return failure
        throw failure
      }
    },
    open: async (onProgress) => (await import('./model.ts')).openGemma(settings, find(), onProgress),
  }
}
