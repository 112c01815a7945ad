import { readConfig } from '../config.ts'
import { startServer, type RunningServer } from '../main.ts'
import { version } from '../version.ts'
import type { Command, Output } from './command.ts'
import { EXIT } from './exit.ts'
import { settingFlags } from './settingFlags.ts'
import { untilSignal } from './untilSignal.ts'

/** The process is gone 10 s after it was asked to stop; what is left of that after `STOP_GRACE_MS` is for closing. */
const STOP_GRACE_MS = 8_000
const STOP_LIMIT_MS = 10_000

export const serve: Command = {
  usage: 'serve [flags]',
  description:
    'Starts the server and runs until SIGTERM or Ctrl-C. Each flag can also be a variable, or a key of\n' +
    'embedline.config.json in the current folder (databaseUrl for --database-url).',
  flags: settingFlags(),
  operandLimit: 0,
  async run({ values }, output) {
    const config = readConfig({ flags: values })
    const waiting = untilSignal()
    const server = await startServer(config)
    announce(server, output)
    await waiting.first
    return stopInTime(server)
  },
}

function announce({ url, keyFile, modelLine }: RunningServer, output: Output): void {
  output.write(`Embedline ${version} at ${url}\n`)
  output.write(keyFile === undefined ? 'key: as configured\n' : `key: in ${keyFile}\n`)
  output.write(`model: ${modelLine}\n`)
}

async function stopInTime(server: RunningServer): Promise<number> {
  const limit = setTimeout(() => {
    process.stderr.write(`embedline: did not stop within ${STOP_LIMIT_MS / 1000} s, leaving now\n`)
    process.exit(EXIT.failed)
  }, STOP_LIMIT_MS)
  await server.stop(STOP_GRACE_MS)
  clearTimeout(limit)
  return EXIT.done
}
