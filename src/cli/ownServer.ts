import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import type { Opened } from '../lib/closing.ts'
import { startServer, type RunningServer } from '../main.ts'
import { openWorkspace } from './workspace.ts'

const STOP_GRACE_MS = 2_000

export interface OwnServer {
  /** Goes with the server. */
  folder: string
  server: RunningServer
  key: string
}

/**
 * A server on a free port with a folder and a key of its own, otherwise as `configure` says. It lives in this process,
 * so it cannot outlive it. Server and folder are put into `opened`; an aborted signal ends what runs at once.
 */
export async function openOwnServer(
  configure: (dataFolder: string, folder: string) => Config,
  signal: AbortSignal,
  opened: Opened[],
): Promise<OwnServer> {
  const workspace = await openWorkspace()
  opened.push(workspace)
  const config = configure(join(workspace.folder, 'data'), workspace.folder)
  const server = await startServer(config)
  opened.push({ close: () => server.stop(signal.aborted ? 0 : STOP_GRACE_MS) })
  const key = await readFile(join(config.dataFolder, 'admin.key'), 'utf8')
  return { folder: workspace.folder, server, key: key.trim() }
}
