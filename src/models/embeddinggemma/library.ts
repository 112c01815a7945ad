import type * as TransformersModule from '@huggingface/transformers'
import type * as RuntimeModule from 'onnxruntime-node'
import { EmbedlineError } from '../../domain/errors.ts'
import { missingSentence, modelLibraries } from '../libraries.ts'

export type Transformers = typeof TransformersModule
export type Runtime = typeof RuntimeModule

export interface Library {
  transformers: Transformers
  /** The very one that transformers uses: its tensors go from one to the other. */
  runtime: Runtime
}

/**
 * Loads transformers.js, in which from now on nothing may reach the network, nothing is cached and nothing is printed.
 * Throws `model_missing` where it is not installed.
 */
export async function loadLibrary(): Promise<Library> {
  const libraries = modelLibraries()
  if (!libraries.areHere) throw new EmbedlineError('model_missing', missingSentence(libraries))
  const transformers = await import('@huggingface/transformers')
  const { env, LogLevel } = transformers
  env.allowRemoteModels = false
  env.useFSCache = false
  // When a run fails the library would print its input: what users wrote.
  env.logLevel = LogLevel.NONE
  env.fetch = (address: unknown) =>
    Promise.reject(new EmbedlineError('fetch_refused', `A model must not fetch ${String(address)}.`))
  const { default: runtime } = (await import(libraries.runtime.url)) as { default: Runtime }
  return { transformers, runtime }
}
