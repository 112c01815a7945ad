import { readConfig, type Config } from '../config.ts'
import { findTools } from '../media/tools.ts'
import { modelLibraries } from '../models/libraries.ts'
import type { Command, Output } from './command.ts'
import type { Check } from './doctor/check.ts'
import { checkDataFolder, nearestExisting } from './doctor/dataFolder.ts'
import { checkDisk } from './doctor/disk.ts'
import { checkFfmpeg } from './doctor/ffmpeg.ts'
import { checkModelLibraries } from './doctor/modelLibraries.ts'
import { checkNode } from './doctor/node.ts'
import { checkPort } from './doctor/port.ts'
import { EXIT } from './exit.ts'
import { settingFlags } from './settingFlags.ts'

export const doctor: Command = {
  usage: 'doctor [flags]',
  description:
    'Checks what the server needs: Node, model libraries, ffmpeg, disk, port and data folder. Takes the flags of serve\n' +
    'that matter. Ends with 1 when something would keep the server from working.',
  flags: [
    ...settingFlags(['host', 'port', 'data', 'ffmpeg']),
    { name: 'json', meaning: 'Prints {"ok", "checks": [{"name", "state", "message", "advice"}]} instead.' },
  ],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const checks = await runChecks(readConfig({ flags: values }))
    const isFine = checks.every(({ state }) => state !== 'fail')
    if (switches.has('json')) output.write(`${JSON.stringify({ ok: isFine, checks }, undefined, 2)}\n`)
    else for (const check of checks) print(check, output)
    return isFine ? EXIT.done : EXIT.failed
  },
}

const runChecks = async ({
  host,
  port,
  dataFolder,
  ffmpeg,
  programEnvironment,
}: Config): Promise<Check[]> => [
  checkNode(process.versions.node),
  checkModelLibraries(modelLibraries()),
  await checkFfmpeg(findTools(ffmpeg === undefined ? {} : { ffmpeg }), programEnvironment),
  await checkDisk(await nearestExisting(dataFolder)),
  await checkPort(host, port),
  await checkDataFolder(dataFolder),
]

function print({ name, state, message, advice }: Check, output: Output): void {
  output.write(`${state.padEnd(6)}${name.padEnd(13)}${message}\n`)
  if (advice !== undefined && state !== 'ok') output.write(`${' '.repeat(6)}→ ${advice}\n`)
}
