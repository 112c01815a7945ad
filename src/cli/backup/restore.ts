import { readConfig } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { progressBar } from '../progressBar.ts'
import { settingFlags } from '../settingFlags.ts'
import { restoreFolder } from './restoreFolder.ts'

export const restore: Command = {
  usage: 'restore <backup> --data <new folder>',
  description:
    'Makes a new data folder of a backup, comparing every file with what was written. embedline serve on it goes on with\n' +
    'the tasks that were queued. A restore that was stopped goes on when it is started again.',
  flags: [...settingFlags(['data']), { name: 'json', meaning: 'Prints JSON instead.' }],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const [folder] = operands
    if (folder === undefined) throw new EmbedlineError('request_invalid', 'which backup?')
    const { dataFolder } = readConfig({ flags: values })
    const isJson = switches.has('json')
    const bar = progressBar(output)
    const { head, files } = await restoreFolder({
      folder,
      dataFolder,
      onProgress: (fraction) => !isJson && bar.show('restoring', fraction),
    })
    const { createdAt } = head
    if (isJson)
      output.write(
        `${JSON.stringify({ data: dataFolder, created_at: createdAt, files: files.length }, undefined, 2)}\n`,
      )
    else bar.done(`restored: ${files.length} files of ${createdAt}, in ${dataFolder}`)
    return EXIT.done
  },
}
