import { EmbedlineError } from '../domain/errors.ts'
import type { EmbeddingModel, ModelFacts } from '../domain/model.ts'

/** What a compute child has of a model that another server computes: its facts. Whoever wants a vector asks there. */
export function openElsewhere(facts: ModelFacts): EmbeddingModel {
  const refuse = () =>
    Promise.reject(new EmbedlineError('modality_unsupported', `The model ${facts.id} is on another server.`))
  return {
    facts,
    text: refuse,
    image: refuse,
    video: refuse,
    audio: refuse,
    fused: refuse,
    close: () => Promise.resolve(),
  }
}
