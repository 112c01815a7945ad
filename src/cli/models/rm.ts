import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { inUse } from '../../modelFiles/pulls.ts'
import { removeModel } from '../../modelFiles/removeModel.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { MODEL_FLAGS, modelOf } from './modelFlags.ts'

export const rm: Command = {
  usage: 'models rm <model> [flags]',
  description:
    'Removes the files of a model, and what interrupted pulls left of it. Refused while a server that runs on the data\n' +
    'folder works with it. What was pinned stays: the next pull brings the same bytes, or says so.',
  flags: [
    { name: 'force', meaning: 'Also while a server works with it.' },
    { name: 'forget', meaning: 'Forgets the pinned hashes too.' },
    ...MODEL_FLAGS,
  ],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const entry = modelOf(operands)
    const { modelsFolder, dataFolder } = readConfig({ flags: values })
    if (!switches.has('force') && (await modelsOfServerOn(dataFolder)).includes(entry.id))
      throw inUse(entry.id)
    const isGone = await removeModel(modelsFolder, entry, { forget: switches.has('forget') })
    if (!isGone) throw new EmbedlineError('not_found', `nothing of ${entry.id} is in ${modelsFolder}`)
    output.write(
      switches.has('json')
        ? `${JSON.stringify({ removed: { model: entry.id, pins: switches.has('forget') } }, undefined, 2)}\n`
        : `removed ${entry.id}${switches.has('forget') ? ' and its pins' : ''}\n`,
    )
    return EXIT.done
  },
}

const ANSWER_MS = 2_000

/** What the server that runs on a data folder works with; empty when none answers, as after a crash. */
async function modelsOfServerOn(dataFolder: string): Promise<readonly string[]> {
  const text = await readFile(join(dataFolder, 'server.json'), 'utf8').catch(() => undefined)
  if (text === undefined) return []
  const { url, models } = JSON.parse(text) as { url: string; models: readonly string[] }
  const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => undefined,
  )
  await answer?.body?.cancel()
  return answer === undefined ? [] : models
}
