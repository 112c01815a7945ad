import { EmbedlineError } from '../domain/errors.ts'
import type { EmbeddingModel, ModelFacts, ModelPin } from '../domain/model.ts'
import { builtinFacts } from './builtin/facts.ts'
import { gemmaProfile } from './embeddinggemma/profile.ts'
import type { FindModelFiles, LoadProgress, Profile } from './profile.ts'
import { remoteProfile } from './remoteProfile.ts'
import type { ModelSettings } from './settings.ts'

export interface Registry {
  /** The facts of all models that this server can have. */
  all: readonly ModelFacts[]
  /** What is used where nobody says which. */
  default: ModelFacts
  /** Which model a name means: an alias or an own id. Undefined: no such model. */
  resolve(name: string): ModelFacts | undefined
  /** Names that the operator made, beside those that contracts give their models. */
  aliases: readonly string[]
  /** True for own ids and for names that the operator made; false for those that contracts give their models. */
  isOwnName(name: string): boolean
  /** The facts of a pinned model. Throws `model_unknown` when this server does not have it, or another revision of it. */
  facts(pin: ModelPin): ModelFacts
  /** Why a model cannot be used now. */
  problem(pin: ModelPin): EmbedlineError | undefined
  /** Loads a model. Throws `model_unknown` like `facts`: a model that is missing is never replaced by another one. */
  load(pin: ModelPin, onProgress?: LoadProgress): Promise<EmbeddingModel>
}

/**
 * All models that the settings name; nothing of them is loaded yet. Throws `request_invalid` when the default model or
 * one that an alias means is not among them, and when an alias is the id of one.
 */
export function openRegistry(settings: ModelSettings, findFiles: FindModelFiles): Registry {
  const profiles = profilesOf(settings, findFiles)
  const aliases = new Map(Object.entries(settings.aliases))
  const withId = (id: string) => profiles.find(({ facts }) => facts.id === id)?.facts
  const meaningOf = (name: string): string =>
    aliases.get(name) ?? (settings.contractNames.includes(name) ? settings.defaultModel : name)
  for (const id of [settings.defaultModel, ...aliases.values()]) {
    if (withId(id)) continue
    const known = profiles.map(({ facts }) => facts.id).join(', ')
    throw new EmbedlineError('request_invalid', `There is no model ${id}; there are ${known}.`)
  }
  const fallback = withId(settings.defaultModel)
  if (!fallback) throw new Error('the default model is among those that were looked up')
  const shadowed = [...aliases.keys()].find(withId)
  if (shadowed !== undefined)
    throw new EmbedlineError('request_invalid', `${shadowed} is a model itself, and no name for another one.`)
  return {
    all: profiles.map(({ facts }) => facts),
    default: fallback,
    resolve: (name) => withId(meaningOf(name)),
    aliases: [...aliases.keys()].filter((name) => !settings.contractNames.includes(name)),
    isOwnName: (name) =>
      withId(name) !== undefined || (aliases.has(name) && !settings.contractNames.includes(name)),
    facts: (pin) => findProfile(profiles, pin).facts,
    problem: (pin) => findProfile(profiles, pin).problem?.(),
    load: async (pin, onProgress = () => {}) => findProfile(profiles, pin).open(onProgress),
  }
}

const profilesOf = ({ gemma, remote }: ModelSettings, findFiles: FindModelFiles): Profile[] => [
  { facts: builtinFacts, open: async () => (await import('./builtin/model.ts')).openBuiltin() },
  ...(gemma ? [gemmaProfile(gemma, findFiles)] : []),
  ...(remote ? [remoteProfile(remote)] : []),
]

function findProfile(profiles: readonly Profile[], { id, revision }: ModelPin): Profile {
  const profile = profiles.find(({ facts }) => facts.id === id)
  if (profile === undefined) throw new EmbedlineError('model_unknown', `There is no model ${id} here.`)
  if (profile.facts.revision === revision) return profile
  throw new EmbedlineError(
    'model_unknown',
    `Revision ${revision} of the model ${id} is not here any more, only revision ${profile.facts.revision}.`,
  )
}
