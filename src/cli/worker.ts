import { readConfig } from '../config.ts'
import { startWorker, type RunningWorker } from '../main.ts'
import { SETTING_NAMES, type SettingName } from '../settings.ts'
import { version } from '../version.ts'
import type { Command, Output } from './command.ts'
import { settingFlags } from './settingFlags.ts'
import { stopInTime } from './stopInTime.ts'
import { untilSignal } from './untilSignal.ts'

const GRACE_MS = 30_000

/** What is asked of a server alone. */
const OF_SERVERS: readonly SettingName[] = ['port', 'keys', 'requestsPerMinute', 'requestsPerDay']

export const worker: Command = {
  usage: 'worker --database-url postgres://… --storage-url s3://… [flags]',
  description:
    'Works on what servers with the same database and storage take in, until SIGTERM or Ctrl-C: then it takes no more\n' +
    'work and ends what runs. It has a data folder of its own, and no API. Flags, variables and the configuration\n' +
    'file are those of serve.',
  flags: settingFlags(SETTING_NAMES.filter((name) => !OF_SERVERS.includes(name))),
  operandLimit: 0,
  async run({ values }, output) {
    const config = readConfig({ flags: values })
    const waiting = untilSignal()
    const running = await startWorker(config)
    announce(running, output)
    await waiting.first
    return stopInTime(running, config.graceMs ?? GRACE_MS)
  },
}

function announce({ url, modelLine, kinds }: RunningWorker, output: Output): void {
  output.write(`Embedline ${version}, worker, health at ${url}\n`)
  output.write(`works on: ${kinds.join(', ')}\n`)
  output.write(`model: ${modelLine}\n`)
}
