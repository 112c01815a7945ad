import { EmbedlineError } from '../domain/errors.ts'
import type { EmbeddingModel, ModelFacts } from '../domain/model.ts'
import type { ModelPin } from '../domain/work.ts'
import { builtinFacts } from './builtin/facts.ts'

interface Profile {
  facts: ModelFacts
  /** Loads the code that embeds, which only the compute children need. */
  open: () => Promise<EmbeddingModel>
}

const PROFILES: readonly Profile[] = [
  { facts: builtinFacts, open: async () => (await import('./builtin/model.ts')).openBuiltin() },
]

export interface ModelNames {
  /** Names of other people's models that callers send; each means the default model. */
  aliases: readonly string[]
  /** The id of the model that is used when nothing else is said. */
  defaultModel: string
}

/** Which model a name means: an alias or an own id. Undefined: no such model. */
export function resolveModel(name: string, { aliases, defaultModel }: ModelNames): ModelFacts | undefined {
  const id = aliases.includes(name) ? defaultModel : name
  return PROFILES.find(({ facts }) => facts.id === id)?.facts
}

/** The facts of a pinned model. Throws `model_unknown` when this server does not have it, or another revision of it. */
export const modelFacts = (pin: ModelPin): ModelFacts => findProfile(pin).facts

/**
 * Loads a model; whoever does so closes it. Throws `model_unknown` like `modelFacts`: a model that is missing is
 * never replaced by another one.
 */
export const loadModel = async (id: string, revision: string): Promise<EmbeddingModel> =>
  findProfile({ id, revision }).open()

function findProfile({ id, revision }: ModelPin): Profile {
  const profile = PROFILES.find(({ facts }) => facts.id === id)
  if (profile === undefined) throw new EmbedlineError('model_unknown', `There is no model ${id} here.`)
  if (profile.facts.revision === revision) return profile
  throw new EmbedlineError(
    'model_unknown',
    `Revision ${revision} of the model ${id} is not here any more, only revision ${profile.facts.revision}.`,
  )
}
