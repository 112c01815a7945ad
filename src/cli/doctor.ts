import { readConfig, type Config } from '../config.ts'
import { findTools } from '../media/tools.ts'
import { modelLibraries } from '../models/libraries.ts'
import type { StoreLocation } from '../store/location.ts'
import type { Command, Output } from './command.ts'
import { checkAdminKey } from './doctor/adminKey.ts'
import type { Check, Fix } from './doctor/check.ts'
import { checkDatabase } from './doctor/database.ts'
import { checkDataFolder, nearestExisting } from './doctor/dataFolder.ts'
import { checkDisk } from './doctor/disk.ts'
import { checkFfmpeg } from './doctor/ffmpeg.ts'
import { checkLeftovers } from './doctor/leftovers.ts'
import { checkModelLibraries } from './doctor/modelLibraries.ts'
import { checkNode } from './doctor/node.ts'
import { checkPort } from './doctor/port.ts'
import { EXIT } from './exit.ts'
import { checkStoredBytes } from './doctor/storedBytes.ts'
import { settingFlags } from './settingFlags.ts'

export const doctor: Command = {
  usage: 'doctor [flags]',
  description:
    'Checks what the server needs: Node, model libraries, ffmpeg, disk, port and data folder, reads the database as a\n' +
    'whole, looks whether the stored bytes are there, and for what killed servers left behind. Takes the flags of serve\n' +
    'that matter. Ends with 1 when something would keep the server from working, or is lost.',
  flags: [
    {
      name: 'fix',
      meaning: 'Repairs what can be repaired without losing anything, and says what before it does.',
    },
    ...settingFlags(['host', 'port', 'data', 'databaseUrl', 'storageUrl', 'ffmpeg']),
    {
      name: 'json',
      meaning: 'Prints {"ok", "checks": [{"name", "state", "message", "advice", "fix"}]} instead.',
    },
  ],
  operandLimit: 0,
  async run({ values, switches }, output) {
    const config = readConfig({ flags: values })
    const isJson = switches.has('json')
    let checks = await runChecks(config)
    const fixes: Fixed[] = []
    if (switches.has('fix')) {
      const say = isJson ? () => {} : (line: string) => output.write(line)
      for (const { name, fix } of checks) if (fix) fixes.push(await doFix(name, fix, say))
      if (fixes.length > 0) checks = await runChecks(config)
    }
    const isFine = checks.every(({ state }) => state !== 'fail')
    if (isJson) output.write(`${JSON.stringify(asJson(isFine, checks, fixes), undefined, 2)}\n`)
    else for (const check of checks) print(check, output)
    return isFine ? EXIT.done : EXIT.failed
  },
}

interface Fixed {
  name: string
  fix: string
  /** What went wrong with it. */
  failure?: string
}

/** One that fails is told; the others are done all the same. */
async function doFix(name: string, { what, run }: Fix, say: (line: string) => void): Promise<Fixed> {
  say(`fix   ${name.padEnd(13)}${what}\n`)
  try {
    await run()
    return { name, fix: what }
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error)
    say(`${' '.repeat(6)}→ it did not work: ${failure}\n`)
    return { name, fix: what, failure }
  }
}

const runChecks = async ({
  host,
  port,
  dataFolder,
  database,
  objectsFolder,
  s3,
  ffmpeg,
  programEnvironment,
}: Config): Promise<Check[]> => {
  const folder = await checkDataFolder(dataFolder)
  // The only warning that there is of a data folder.
  const isHeld = folder.state === 'warn'
  return [
    checkNode(process.versions.node),
    checkModelLibraries(modelLibraries()),
    await checkFfmpeg(findTools(ffmpeg === undefined ? {} : { ffmpeg }), programEnvironment),
    await checkDisk(await nearestExisting(dataFolder)),
    await checkPort(host, port, isHeld),
    folder,
    ...(await checkAdminKey(dataFolder)),
    ...(await checkWhatIsKept(database, { dataFolder, ...(!s3 && { objectsFolder }) })),
    ...(await checkLeftovers({ dataFolder, objectsFolder })),
  ]
}

/** What a damaged database says of the stored bytes is not worth reading. */
async function checkWhatIsKept(
  database: StoreLocation,
  { dataFolder, objectsFolder }: { dataFolder: string; objectsFolder?: string },
): Promise<Check[]> {
  // PostgreSQL looks after itself, and bytes in S3 are not looked through.
  if ('url' in database) return []
  const checks = checkDatabase(database.file, dataFolder)
  const isSound = checks.every(({ state }) => state === 'ok')
  if (!isSound || objectsFolder === undefined) return checks
  return [...checks, ...(await checkStoredBytes(database.file, objectsFolder))]
}

const asJson = (isFine: boolean, checks: readonly Check[], fixes: readonly Fixed[]) => ({
  ok: isFine,
  checks: checks.map(({ fix, ...check }) => ({ ...check, ...(fix && { fix: fix.what }) })),
  ...(fixes.length > 0 && { fixed: fixes }),
})

function print({ name, state, message, advice, fix }: Check, output: Output): void {
  output.write(`${state.padEnd(6)}${name.padEnd(13)}${message}\n`)
  if (state === 'ok') return
  if (advice !== undefined) output.write(`${' '.repeat(6)}→ ${advice}\n`)
  if (fix !== undefined) output.write(`${' '.repeat(6)}→ --fix would ${fix.what}\n`)
}
