import { EmbedlineError } from '../../domain/errors.ts'
import { missingSentence, modelLibraries } from '../libraries.ts'
import type { FindModelFiles, Profile } from '../profile.ts'
import { GEMMA_ID, gemmaFacts } from './facts.ts'
import type { GemmaSettings } from './settings.ts'

/** EmbeddingGemma 2 as these settings want it; its files and libraries are looked for each time it is asked for. */
export function gemmaProfile(settings: GemmaSettings, findFiles: FindModelFiles): Profile {
  const { folder, commit, precisions } = settings
  const find = () => findFiles(folder, { id: GEMMA_ID, commit, precisions })
  let librariesWereHere = false
  function findLibraries() {
    if (librariesWereHere) return
    const libraries = modelLibraries()
    if (!libraries.areHere) throw new EmbedlineError('model_missing', missingSentence(libraries))
    librariesWereHere = true
  }
  return {
    facts: gemmaFacts(settings),
    problem() {
      try {
        findLibraries()
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
