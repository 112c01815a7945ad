import { readConfig } from '../config.ts'
import { startServer, type RunningServer } from '../main.ts'
import { SETTING_NAMES } from '../settings.ts'
import { version } from '../version.ts'
import type { Command, Output } from './command.ts'
import { settingFlags } from './settingFlags.ts'
import { stopInTime } from './stopInTime.ts'
import { untilSignal } from './untilSignal.ts'

/** With what closing takes it is gone 10 s after it was asked to stop. */
const GRACE_MS = 8_000

export const serve: Command = {
  usage: 'serve [flags]',
  description:
    'Starts the server and runs until SIGTERM or Ctrl-C. Each flag can also be a variable, or a key of\n' +
    'embedline.config.json in the current folder (databaseUrl for --database-url).',
  flags: settingFlags(SETTING_NAMES.filter((name) => name !== 'healthPort')),
  operandLimit: 0,
  async run({ values }, output) {
    const config = readConfig({ flags: values })
    const waiting = untilSignal()
    const server = await startServer(config)
    announce(server, output)
    await waiting.first
    return stopInTime(server, config.graceMs ?? GRACE_MS)
  },
}

function announce({ url, keyFile, modelLine }: RunningServer, output: Output): void {
  output.write(`Embedline ${version} at ${url}\n`)
  output.write(keyFile === undefined ? 'key: as configured\n' : `key: in ${keyFile}\n`)
  output.write(`model: ${modelLine}\n`)
}
