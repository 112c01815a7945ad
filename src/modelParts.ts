import type { Config } from './config.ts'
import { EmbedlineError } from './domain/errors.ts'
import { nameOfModel, type ModelFacts } from './domain/model.ts'
import { MODEL_NAMES as OPENAI_MODEL_NAMES } from './http/openai/names.ts'
import { MODEL_NAMES } from './http/telnyx/names.ts'
import { MODEL_NAMES as EMBED_V1_MODEL_NAMES } from './http/twelvelabs/embedV1/names.ts'
import { NEWER_MODEL } from './http/twelvelabs/modelName.ts'
import type { Clock } from './lib/clock.ts'
import type { Opened } from './lib/closing.ts'
import { catalogued } from './modelFiles/catalogue.ts'
import { openModelFiles, type ModelFiles } from './modelFiles/pulls.ts'
import { countTokens } from './models/countTokens.ts'
import { GEMMA_ID } from './models/embeddinggemma/facts.ts'
import type { Registry } from './models/registry.ts'
import type { ModelSettings, RemoteModel } from './models/settings.ts'
import { termsOf } from './models/terms.ts'
import type { OpenRemote } from './remote/openRemote.ts'
import type { RemoteSettings } from './remote/settings.ts'
import type { Models, TaskParts } from './tasks/parts.ts'

/** The names that contracts give their models; they mean the configured one, because their clients send nothing else. */
const CONTRACT_MODELS = [...EMBED_V1_MODEL_NAMES, NEWER_MODEL, ...MODEL_NAMES, ...OPENAI_MODEL_NAMES]

/** What the registry and the compute children know of the configuration. */
export const modelSettingsOf = (config: Config): ModelSettings => ({
  defaultModel: config.model,
  contractNames: CONTRACT_MODELS,
  aliases: config.aliases,
  gemma: {
    folder: config.modelsFolder,
    commit: catalogued(GEMMA_ID).commit,
    precisions: config.precisions,
    imageTokens: config.imageTokens,
    frameTokens: config.frameTokens,
    secondsPerFrame: config.secondsPerFrame,
    threads: config.threads,
  },
  ...(config.remote && { remote: knownOf(config.remote) }),
})

/** Compute children get the settings of models: neither the address of the other server nor its key is among them. */
const knownOf = ({ model, dimension, documentPrefix }: RemoteSettings): RemoteModel => ({
  model,
  dimension,
  documentPrefix,
})

/** The client of HTTP that it needs is loaded by nobody else. */
export async function openRemoteTexts(
  settings: RemoteSettings,
  parts: Pick<TaskParts, 'clock' | 'logger'>,
): Promise<OpenRemote> {
  const { openRemote } = await import('./remote/openRemote.ts')
  return openRemote({ settings, ...parts, random: Math.random })
}

/** What the verbs ask of models. */
export const modelsOf = (registry: Registry): Models => ({
  ...registry,
  countTokens,
  terms: (text) => Object.fromEntries(termsOf(text)),
})

/** Models may be pulled and removed while a process runs, and their files are not looked for at each claim. */
const LOOK_EVERY_MS = 1_000

/** Names of the models that can be used now, with their revisions. */
export function usableModels(registry: Registry, clock: Pick<Clock, 'nowMs'>): () => readonly string[] {
  let names: readonly string[] = []
  let againMs = 0
  return () => {
    if (clock.nowMs() < againMs) return names
    againMs = clock.nowMs() + LOOK_EVERY_MS
    names = registry.all.filter((model) => registry.problem(model) === undefined).map(nameOfModel)
    return names
  }
}

/** Ids of the models that requests may mean. */
export const modelsInUse = ({ model, aliases }: Config): string[] => [
  ...new Set([model, ...Object.values(aliases)]),
]

/** The files of models, which can be pulled, checked and removed. */
export const openModels = (
  config: Config,
  { clock, ids, logger }: Pick<TaskParts, 'clock' | 'ids' | 'logger'>,
): ModelFiles & Opened =>
  openModelFiles({
    folder: config.modelsFolder,
    hub: config.hub,
    precisions: config.precisions,
    inUse: modelsInUse(config),
    clock,
    random: Math.random,
    newId: () => ids.uuid(),
    onEnd: ({ model: id, precision, state, failure }) =>
      logger[failure?.code === 'internal' ? 'error' : 'info']('a pull ended', {
        model: id,
        precision,
        state,
        ...(failure && { error: failure.message }),
      }),
  })

/** Refuses models that no compute process could hold: each would be replaced as soon as it had loaded one. */
export function checkMemory(registry: Registry, { model, aliases, computeMemoryBytes }: Config): void {
  for (const name of [model, ...Object.keys(aliases)]) {
    const { id, precision, leastMemoryBytes = 0 } = registry.resolve(name) ?? {}
    if (leastMemoryBytes <= computeMemoryBytes) continue
    throw new EmbedlineError(
      'request_invalid',
      `The model ${id} in ${precision} needs more than --compute-memory allows: --compute-memory ${Math.ceil(leastMemoryBytes / 1e9)}GB, or a smaller --precision.`,
    )
  }
}

/** Which model is used and what it cannot do, in one line. */
export const describeModel = ({ id, revision, caveat }: ModelFacts): string =>
  `${id}@${revision}${caveat === undefined ? '' : `: ${caveat}`}`
