import { readdir, readFile } from 'node:fs/promises'
import { objectNames } from './finalRows.ts'
import type { Leftovers } from './history.ts'
import { filesBelow, type Installation } from './installation.ts'

/** What a data folder may hold when nothing runs. Bytes of objects are compared with the rows. */
const KEPT =
  /^(?:embedline\.db|lock\.db|admin\.key|objects\/[^/]+\/[0-9a-f]{2}\/[0-9a-f]{64}|buckets\/.+\.md|s3\/cache\/[0-9a-f]{64}-\d+|models\/.*)$/

/** Each member cleans its own folder once a minute. */
const CLEANED_MS = 65_000

/** Ends when no data folder holds a file that came in part, or they had the time to remove it. */
export async function waitUntilClean({ dataFolders }: Installation): Promise<void> {
  const untilMs = Date.now() + CLEANED_MS
  while (Date.now() < untilMs) {
    const files = (await Promise.all(dataFolders.map(strayFiles))).flat()
    if (!files.some((name) => name.includes('/unfinished/'))) return
    await new Promise((wake) => setTimeout(wake, 250))
  }
}

const strayFiles = async (folder: string): Promise<string[]> =>
  (await filesBelow(folder)).filter((name) => !KEPT.test(name)).map((name) => `${folder}/${name}`)

/** A process that was killed with its parent may take so long to be gone. */
const GONE_MS = 5_000

/** Looks for what is left of members that have all stopped. */
export const findLeftovers = async (of: Installation): Promise<Leftovers> => ({
  processes: await processesOf(of.temporaryFolder),
  files: [
    ...(await filesBelow(of.temporaryFolder)).map((name) => `tmp/${name}`),
    ...(await Promise.all(of.dataFolders.map(strayFiles))).flat(),
  ],
  objects: await differences(of),
})

async function differences(of: Installation): Promise<string[]> {
  const stored = new Set(await of.storedObjects())
  const named = new Set(await objectNames(of.database))
  return [
    ...[...stored.difference(named)].map((name) => `stored without a row: ${name}`),
    ...[...named.difference(stored)].map((name) => `a row without stored bytes: ${name}`),
  ]
}

/** All processes that were started with this folder for their temporary files, whoever their parents are by now. */
async function processesOf(temporaryFolder: string): Promise<string[]> {
  const untilMs = Date.now() + GONE_MS
  for (;;) {
    const found: string[] = []
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue
      try {
        const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
        if (!environment.split('\0').includes(`TMPDIR=${temporaryFolder}`)) continue
        found.push(`${pid} ${(await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()}`)
      } catch {
        // It ended while we looked.
      }
    }
    if (found.length === 0 || Date.now() > untilMs) return found
    await new Promise((wake) => setTimeout(wake, 100))
  }
}
