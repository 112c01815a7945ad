import { resolve } from 'node:path'
import { readConfig, type HubConfig } from '../../config.ts'
import { precisionsText } from '../../domain/precision.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import type { CatalogueEntry } from '../../modelFiles/catalogue.ts'
import { folderSource } from '../../modelFiles/folderSource.ts'
import { openHubRequests } from '../../modelFiles/hubRequests.ts'
import { hubSource } from '../../modelFiles/hubSource.ts'
import { LOCK_FILE } from '../../modelFiles/lockFile.ts'
import type { PullProgress } from '../../modelFiles/progress.ts'
import { pullModel, type Pulled } from '../../modelFiles/pullModel.ts'
import type { Source } from '../../modelFiles/source.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { type ProgressBar, progressBar } from '../progressBar.ts'
import { settingFlags } from '../settingFlags.ts'
import { exitCodeOf, untilSignal } from '../untilSignal.ts'
import { MODEL_FLAGS, modelOf, sizeText } from './modelFlags.ts'

export const pull: Command = {
  usage: 'models pull <model> [flags]',
  description:
    'Brings the files of a model here from the Hugging Face hub, compares every byte with what the hub lists and with\n' +
    'what was pulled before, and goes on where an earlier pull ended. HF_ENDPOINT, HF_TOKEN, HTTP_PROXY, HTTPS_PROXY\n' +
    'and NO_PROXY are heeded. No server is needed, and one that runs on the folder does no harm.',
  flags: [
    ...settingFlags(['precision']),
    { name: 'from', placeholder: 'folder', meaning: 'Takes the files from this folder, and asks no hub.' },
    ...MODEL_FLAGS,
  ],
  operandLimit: 1,
  async run({ values, switches, operands }, output) {
    const entry = modelOf(operands)
    const { modelsFolder, hub, precisions } = readConfig({ flags: values })
    const isJson = switches.has('json')
    const bar = isJson ? undefined : progressBar(output)
    const waiting = untilSignal()
    const opened = openSource(values.get('from'), hub)
    const { source } = opened
    if (!isJson) output.write(`${announcement(entry, precisionsText(precisions), source.origin)}\n`)
    try {
      const pulled = await pullModel(
        { folder: modelsFolder, clock: systemClock },
        {
          entry,
          precisions,
          source,
          signal: waiting.signal,
          onProgress: (progress) => bar && show(bar, progress),
        },
      )
      bar?.done(`${entry.id} is here: ${sizeText(pulled.totalBytes)} in ${pulled.folder}`)
      output.write(isJson ? json(entry, precisionsText(precisions), pulled) : pinText(pulled, source.origin))
      return EXIT.done
    } catch (failure) {
      if (!waiting.signal.aborted) throw failure
      bar?.done('Stopped. What was fetched stays, and the next pull goes on from there.')
      return exitCodeOf(await waiting.first)
    } finally {
      await opened.close()
      waiting.dispose()
    }
  },
}

function openSource(from: string | undefined, hub: HubConfig): Opened & { source: Source } {
  if (from !== undefined) return { source: folderSource(resolve(from)), close: async () => {} }
  const requests = openHubRequests(hub)
  return {
    source: hubSource(requests, { clock: systemClock, random: Math.random }),
    close: () => requests.close(),
  }
}

function announcement(
  { id, repository, commit, licence }: CatalogueEntry,
  precision: string,
  origin: string,
): string {
  const from = origin === 'folder' ? 'a folder' : `${repository} at ${commit.slice(0, 12)} (${origin})`
  return `${id} in ${precision}, licence ${licence}, from ${from}`
}

const LABEL = {
  waiting: 'waiting for another',
  listing: 'asking for the list',
  checking: 'checking what is here',
  fetching: 'fetching',
  finishing: 'finishing',
} as const satisfies Record<PullProgress['phase'], string>

function show(bar: ProgressBar, { phase, doneBytes, totalBytes, bytesPerSec, setback }: PullProgress): void {
  if (setback !== undefined) bar.done(setback)
  const rate = bar.isLive && bytesPerSec !== undefined ? ` ${sizeText(bytesPerSec)}/s` : ''
  bar.show(LABEL[phase] + rate, totalBytes === 0 ? 0 : doneBytes / totalBytes)
}

const pinText = ({ newlyPinned }: Pulled, origin: string): string =>
  newlyPinned.length === 0
    ? ''
    : `   ${newlyPinned.length} files are pinned in ${LOCK_FILE} as ${
        origin === 'folder' ? 'they are in that folder, which no hub has confirmed' : `${origin} has them`
      }; from now on they must stay the same.\n`

const json = (entry: CatalogueEntry, precision: string, pulled: Pulled): string =>
  `${JSON.stringify(
    {
      model: entry.id,
      commit: entry.commit,
      precision,
      folder: pulled.folder,
      total_bytes: pulled.totalBytes,
      fetched_bytes: pulled.fetchedBytes,
      newly_pinned: pulled.newlyPinned,
    },
    undefined,
    2,
  )}\n`
