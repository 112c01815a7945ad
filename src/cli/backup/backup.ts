import { join } from 'node:path'
import { readConfig, type Config } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { version } from '../../version.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { sizeText } from '../models/modelFlags.ts'
import { progressBar } from '../progressBar.ts'
import { settingFlags } from '../settingFlags.ts'
import { backupFolder } from './backupFolder.ts'
import { checkBackup } from './restoreFolder.ts'

export const backup: Command = {
  usage: 'backup <folder> [flags]',
  description:
    'Copies what a server keeps into a new folder, also while it runs: the database as it is at one moment, the bytes of\n' +
    'assets and inputs unless they lie in S3, the buckets of the data folder, the key. Models are not copied: pull them\n' +
    'again. A backup that was stopped goes on when it is started again. The folder holds what the data folder holds: guard\n' +
    'it as well.',
  flags: [
    ...settingFlags(['data', 'databaseUrl', 'storageUrl', 'bucketsUrl']),
    {
      name: 'copy',
      meaning: 'Copies bytes also where a second name of the same file would do (on one disk).',
    },
    { name: 'no-buckets', meaning: 'Leaves the objects of buckets out.' },
    { name: 'check', meaning: 'Copies nothing: compares each file of a backup with what was written.' },
    { name: 'json', meaning: 'Prints JSON instead.' },
  ],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const [folder] = operands
    if (folder === undefined) throw new EmbedlineError('request_invalid', 'a backup into which folder?')
    const isJson = switches.has('json')
    const bar = progressBar(output)
    const show = (label: string, fraction: number) => {
      if (!isJson) bar.show(label, fraction)
    }
    const summary = switches.has('check')
      ? summed((await checkBackup(folder, (fraction) => show('checking', fraction))).files)
      : await backupFolder({
          ...sourcesOf(readConfig({ flags: values }), switches),
          folder,
          version,
          nowMs: Date.now(),
          links: !switches.has('copy'),
          onProgress: show,
        })
    const { fileCount, sizeBytes } = summary
    if (isJson)
      output.write(`${JSON.stringify({ folder, files: fileCount, size_bytes: sizeBytes }, undefined, 2)}\n`)
    else
      bar.done(
        `${switches.has('check') ? 'whole' : 'backed up'}: ${fileCount} files, ${sizeText(sizeBytes)}, in ${folder}`,
      )
    return EXIT.done
  },
}

/**
 * What lies in S3 is not copied. The buckets are the operator's own storage: they are a part of the backup where they are
 * a part of the data folder.
 */
function sourcesOf(config: Config, switches: ReadonlySet<string>) {
  const { database, objectsFolder, dataFolder, bucketsUrl, s3 } = config
  if ('url' in database)
    throw new EmbedlineError(
      'request_invalid',
      'a database of PostgreSQL is backed up by its own tools (pg_dump); the objects lie in the data folder, or in S3',
    )
  const bucketsFolder = join(dataFolder, 'buckets')
  const isOwn = bucketsUrl === `file:${encodeURI(bucketsFolder)}`
  return {
    databaseFile: database.file,
    ...(!s3 && { objectsFolder }),
    keyFile: join(dataFolder, 'admin.key'),
    ...(isOwn && !switches.has('no-buckets') && { bucketsFolder }),
  }
}

const summed = (files: readonly { sizeBytes: number }[]) => ({
  fileCount: files.length,
  sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
})
