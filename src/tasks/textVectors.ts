import { EmbedlineError } from '../domain/errors.ts'
import type { TextUse, ModelPin } from '../domain/model.ts'
import type { RemoteTexts } from '../domain/remoteTexts.ts'
import type { TaskParts } from './parts.ts'

type Parts = Pick<TaskParts, 'compute' | 'models' | 'remote'>

/** Texts that somebody waits for, with the model that embeds them. */
export interface TextsToEmbed {
  model: ModelPin
  texts: readonly string[]
  use: TextUse
}

/**
 * One vector of unit length for each text, in order, by a compute child or by another server, whichever the model is
 * on. Throws what those throw: `text_too_long` and `remote_refused` for one of the texts, `remote_unavailable`.
 */
export async function textVectors(
  parts: Parts,
  { model, texts, use }: TextsToEmbed,
  signal?: AbortSignal,
): Promise<Float32Array[]> {
  const remote = remoteOf(parts, model)
  if (!remote) return parts.compute.embedTexts(model, texts, use, signal)
  const outcomes = await remote.embed(model, texts, use, { isUrgent: true, signal })
  return outcomes.map((outcome) => {
    if (outcome instanceof EmbedlineError) throw outcome
    return outcome
  })
}

/** What embeds texts for the model, when another server does. Throws `model_unknown` for one that is not here any more. */
export function remoteOf({ models, remote }: Parts, model: ModelPin): RemoteTexts | undefined {
  const { isRemote, id } = models.facts(model)
  if (isRemote !== true) return undefined
  if (remote) return remote
  throw new Error(`there is the facts of the remote model ${id}, and no way to it`)
}
