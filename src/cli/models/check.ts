import { readConfig } from '../../config.ts'
import { CATALOGUE } from '../../modelFiles/catalogue.ts'
import { type CheckedModel, checkModel } from '../../modelFiles/checkModel.ts'
import type { Command, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { progressBar } from '../progressBar.ts'
import { exitCodeOf, untilSignal } from '../untilSignal.ts'
import { MODEL_FLAGS, modelOf } from './modelFlags.ts'

export const check: Command = {
  usage: 'models check [model] [flags]',
  description:
    'Reads every byte of a model, or of all that are here, and compares it with the lock file. Ends with 1 when a file is\n' +
    'missing or has other bytes, or when the named model is not here. Files that nobody pulled are named, and do no harm.',
  flags: MODEL_FLAGS,
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const named = operands.length > 0
    const entries = named ? [modelOf(operands)] : CATALOGUE
    const { modelsFolder } = readConfig({ flags: values })
    const isJson = switches.has('json')
    const bar = isJson ? undefined : progressBar(output)
    const waiting = untilSignal()
    const checked: CheckedModel[] = []
    try {
      for (const entry of entries) {
        const onProgress = (fraction: number) => bar?.show(`checking ${entry.id}`, fraction)
        const model = await checkModel(modelsFolder, entry, { signal: waiting.signal, onProgress })
        checked.push(model)
        bar?.done(summary(model))
        if (!isJson) printFaults(model, output)
      }
    } catch (failure) {
      if (!waiting.signal.aborted) throw failure
      bar?.done('Stopped.')
      return exitCodeOf(await waiting.first)
    } finally {
      waiting.dispose()
    }
    if (isJson) output.write(`${JSON.stringify({ models: checked.map(present) }, undefined, 2)}\n`)
    const isBad = checked.some(({ state }) => state === 'damaged' || (named && state === 'missing'))
    return isBad ? EXIT.failed : EXIT.done
  },
}

const summary = ({ entry, state, goodFiles, faults }: CheckedModel): string =>
  state === 'missing'
    ? `${entry.id}: not here`
    : `${entry.id}: ${state === 'ready' ? 'good' : 'damaged'}, ${goodFiles} files as they were pulled, ${faults.length} not`

function printFaults({ entry, faults, foreign }: CheckedModel, output: Output): void {
  for (const { message } of faults) output.write(`   ${message}\n`)
  for (const file of foreign) output.write(`   ${file} was not pulled (it is not used)\n`)
  if (faults.length > 0) output.write(`   → embedline models pull ${entry.id} fetches them again\n`)
}

const present = ({ entry, state, goodFiles, faults, foreign }: CheckedModel) => ({
  id: entry.id,
  commit: entry.commit,
  state,
  good_files: goodFiles,
  faults,
  foreign,
})
