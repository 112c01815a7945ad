import { createRequire } from 'node:module'
import type * as TransformersModule from '@huggingface/transformers'
import type * as RuntimeModule from 'onnxruntime-node'
import { EmbedlineError } from '../../domain/errors.ts'

export type Transformers = typeof TransformersModule
export type Runtime = typeof RuntimeModule

export interface Library {
  transformers: Transformers
  /** The very one that transformers uses: its tensors go from one to the other. */
  runtime: Runtime
}

/** Loads transformers.js, in which nothing may reach the network, nothing is cached and nothing is printed from now on. */
export async function loadLibrary(): Promise<Library> {
  const transformers = await import('@huggingface/transformers')
  const { env, LogLevel } = transformers
  env.allowRemoteModels = false
  env.useFSCache = false
  // When a run fails the library would print its input: what users wrote.
  env.logLevel = LogLevel.NONE
  env.fetch = (address: unknown) =>
    Promise.reject(new EmbedlineError('fetch_refused', `A model must not fetch ${String(address)}.`))
  const requireThere = createRequire(import.meta.resolve('@huggingface/transformers'))
  return { transformers, runtime: requireThere('onnxruntime-node') as Runtime }
}
