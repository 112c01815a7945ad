import { readConfig, type Config } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { PRECISIONS, SESSIONS } from '../../domain/precision.ts'
import { CATALOGUE } from '../../modelFiles/catalogue.ts'
import { findModelFiles } from '../../modelFiles/findModelFiles.ts'
import { lookAtModel, type ModelHere } from '../../modelFiles/lookAtModel.ts'
import { builtinFacts } from '../../models/builtin/facts.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { settingFlags } from '../settingFlags.ts'
import { aligned } from '../table.ts'
import { MODEL_FLAGS, sizeText } from './modelFlags.ts'

export const list: Command = {
  usage: 'models list [flags]',
  description:
    'Lists the models that can be pulled, and what of them is here. Sizes of what is not here are estimates.',
  flags: [...settingFlags(['model', 'precision']), ...MODEL_FLAGS],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const config = readConfig({ flags: values })
    const { modelsFolder } = config
    const models = CATALOGUE.map((entry) => lookAtModel(modelsFolder, entry))
    output.write(
      switches.has('json')
        ? `${JSON.stringify({ folder: modelsFolder, models: [builtin, ...models.map(present)] }, undefined, 2)}\n`
        : `${aligned([HEADER, BUILTIN_ROW, ...models.map(row)])}\nModels folder: ${modelsFolder}\n${warning(config)}`,
    )
    return EXIT.done
  },
}

/** When the model that a server would load now is not here as it should be. */
function warning({ model, modelsFolder, precisions }: Config): string {
  const entry = CATALOGUE.find(({ id }) => id === model)
  if (entry === undefined) return ''
  try {
    findModelFiles(modelsFolder, { ...entry, precisions })
    return ''
  } catch (failure) {
    if (failure instanceof EmbedlineError) return `${failure.message}\n`
    throw failure
  }
}

const HEADER = ['model', 'state', 'here', 'size', 'licence', 'commit']

const builtin = { id: builtinFacts.id, state: 'ready', licence: 'Apache-2.0' }

const BUILTIN_ROW = [builtin.id, builtin.state, 'needs no files', '-', builtin.licence, '-']

const row = (model: ModelHere): string[] => [
  model.entry.id,
  model.state,
  hereText(model),
  model.state === 'missing' ? estimate(model) : sizeText(model.sizeBytes),
  model.entry.licence,
  model.entry.commit.slice(0, 12),
]

/** `q8`, or each session's where they differ. */
function hereText({ precisions, state }: ModelHere): string {
  if (state === 'missing') return '-'
  const texts = SESSIONS.map((session) => precisions[session].join('+') || 'none')
  if (new Set(texts).size === 1) return texts[0] ?? ''
  return SESSIONS.map((session, at) => `${session} ${texts[at]}`).join(', ')
}

const estimate = ({ entry: { estimatedBytes } }: ModelHere): string =>
  `about ${PRECISIONS.map((precision) => `${sizeText(estimatedBytes[precision])} (${precision})`).join(', ')}`

const present = ({ entry, state, precisions, sizeBytes, faults }: ModelHere) => ({
  id: entry.id,
  state,
  repository: entry.repository,
  commit: entry.commit,
  licence: entry.licence,
  size_bytes: sizeBytes,
  precisions,
  estimated_bytes: entry.estimatedBytes,
  faults,
})
