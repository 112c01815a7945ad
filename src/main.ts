import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isLoopback, type Config } from './config.ts'
import type { ItemKind } from './domain/itemKinds.ts'
import { listen } from './http/listen.ts'
import { listenHealth } from './http/listenHealth.ts'
import { closeAll, type Opened } from './lib/closing.ts'
import { modelsInUse } from './modelParts.ts'
import { openParts, type Open, type Surroundings } from './openParts.ts'
import type { Dispatcher } from './queue/dispatcher.ts'
import { inFolder } from './storageParts.ts'
import { startJanitor, startOwnCleaning } from './tasks/janitor.ts'
import { admitKeys } from './tasks/keys.ts'
import { startLeaseSweep, takeBackItems } from './tasks/sweep.ts'
import { version } from './version.ts'
import { claimedKinds, isShared, refuseUnshared } from './workerKinds.ts'

export interface RunningServer {
  url: string
  /** Where the generated key lies, when there is one. */
  keyFile?: string
  /** Which model is used and what it cannot do, in one line. */
  modelLine: string
  /** Takes no more work, lets what runs finish for up to `graceMs`, hands the rest back, and closes in order. */
  stop(graceMs: number): Promise<void>
}

export interface RunningWorker extends Omit<RunningServer, 'keyFile'> {
  /** What it works on. */
  kinds: readonly ItemKind[]
}

/**
 * Starts to serve, and to work on what is asked for. Throws `storage_unavailable` when the data folder is in use or
 * cannot be written, and `unauthorized` when others could reach a server without a key.
 */
export const startServer = (
  config: Config,
  surroundings: Surroundings = { writeLog: toStderr },
): Promise<RunningServer> =>
  starting(async (open) => {
    const shared = await openParts(config, { ...surroundings, open, isAlone: !config.s3 })
    const { parts, modelLine } = shared
    const keyFile = join(config.dataFolder, 'admin.key')
    const admission = {
      listed: config.keys,
      keyFile,
      isLoopback: isLoopback(config.host),
      isShared: isShared(config),
    }
    const hasOwnKey = await inFolder(config.dataFolder, () => admitKeys(parts, admission))
    // A folder has one server, and that one was killed; on a common database others work, and leases tell who died.
    if ('file' in config.database) await takeBackItems(parts)
    const site = { ...shared.site, modelLine, keyFile: hasOwnKey ? keyFile : undefined }
    const { url } = open(await listen({ tasks: parts, site, host: config.host, port: config.port }))
    open(await inFolder(config.dataFolder, () => openServerFile(config, url)))
    shared.compute.start()
    open(startJanitor(parts))
    open(startLeaseSweep(parts))
    const dispatcher =
      config.computeCount > 0 ? await shared.dispatch(claimedKinds(config, { isWorker: false })) : undefined
    return { url, ...(hasOwnKey && { keyFile }), modelLine, dispatcher }
  })

/**
 * Starts to work on what others take in, without an API. Throws as `startServer`, and `request_invalid` without a
 * database and a storage that are shared.
 */
export const startWorker = (
  config: Config,
  surroundings: Surroundings = { writeLog: toStderr },
): Promise<RunningWorker> =>
  starting(async (open) => {
    refuseUnshared(config)
    const kinds = claimedKinds(config, { isWorker: true })
    const shared = await openParts(config, { ...surroundings, open, isAlone: false })
    const { parts, modelLine, site } = shared
    const { url } = open(await listenHealth({ site, host: config.host, port: config.healthPort }))
    shared.compute.start()
    open(startOwnCleaning(parts))
    open(startLeaseSweep(parts))
    return { url, modelLine, kinds, dispatcher: await shared.dispatch(kinds) }
  })

/** Starts what `start` opens. What of it is open when it throws is closed again, the newest first, as by `stop`. */
async function starting<Started extends { dispatcher: Dispatcher | undefined }>(
  start: (open: Open) => Promise<Started>,
): Promise<Omit<Started, 'dispatcher'> & Pick<RunningServer, 'stop'>> {
  const opened: Opened[] = []
  try {
    const { dispatcher, ...started } = await start((part) => {
      opened.push(part)
      return part
    })
    return {
      ...started,
      async stop(graceMs) {
        await dispatcher?.stop({ graceMs })
        await closeAll(opened.splice(0))
      },
    }
  } catch (failure) {
    await closeAll(opened)
    throw failure
  }
}

/** Tells the commands on this machine where the server of a data folder answers. */
async function openServerFile(config: Config, url: string): Promise<Opened> {
  const path = join(config.dataFolder, 'server.json')
  const facts = { url, pid: process.pid, version, models: modelsInUse(config) }
  await writeFile(path, `${JSON.stringify(facts)}\n`)
  return { close: () => rm(path, { force: true }) }
}

function toStderr(line: string): void {
  process.stderr.write(line)
}
