import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readConfig, type Config } from '../../config.ts'
import type { Opened } from '../../lib/closing.ts'
import type { CommandLine } from '../command.ts'
import { openOwnServer } from '../ownServer.ts'
import { findServer, serverCalls, type ServerCalls } from '../serverCalls.ts'

export interface OpenedServer {
  server: ServerCalls
  /** It is there for this command alone. */
  isPrivate: boolean
}

/** Somebody who answers does it at once. */
const ANSWER_MS = 5_000

/**
 * The server that the command line means, the one that runs on the data folder, or else one in this process, which is
 * put into `opened`. Throws what `findServer` and `startServer` throw.
 */
export async function openServer(
  { values }: Pick<CommandLine, 'values'>,
  signal: AbortSignal,
  opened: Opened[],
): Promise<OpenedServer> {
  // What the command calls its model is a name that the server knows, not the setting.
  const settings = new Map(values)
  settings.delete('model')
  if (values.has('url') || (await answersOn(readConfig({ flags: settings }).dataFolder)))
    return { server: await findServer({ values: settings }), isPrivate: false }
  const { server, key } = await openOwnServer(privateConfig(settings), signal, opened)
  return { server: serverCalls(server.url, key), isPrivate: true }
}

/** Whether a server runs on this folder: one that was killed has left its address. */
async function answersOn(dataFolder: string): Promise<boolean> {
  try {
    const { url } = JSON.parse(await readFile(join(dataFolder, 'server.json'), 'utf8')) as { url: string }
    return (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) })).ok
  } catch {
    return false
  }
}

/** As the user has set it up, with the user's models, but in a folder, on a port and with a key of its own. */
const privateConfig =
  (flags: ReadonlyMap<string, string>) =>
  (dataFolder: string): Config => {
    const { s3: _, ...config } = readConfig({
      flags: new Map([...flags, ['host', '127.0.0.1'], ['port', '0'], ['log-level', 'error']]),
    })
    return {
      ...config,
      dataFolder,
      database: { file: join(dataFolder, 'embedline.db') },
      objectsFolder: join(dataFolder, 'objects'),
      bucketsUrl: `file:${encodeURI(join(dataFolder, 'buckets'))}`,
      computeCount: Math.max(1, config.computeCount),
      keys: [],
      rateLimits: {},
    }
  }
