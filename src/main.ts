import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { openFolderBuckets } from './buckets/folderBuckets.ts'
import { startCompute, type RunningCompute } from './compute/pool.ts'
import { isLoopback, type Config, type TracesConfig } from './config.ts'
import { makePace } from './crawl/pace.ts'
import { EmbedlineError } from './domain/errors.ts'
import { reachNothing, type Reach } from './domain/failurePoints.ts'
import type { Tracer } from './domain/tracing.ts'
import { makeIds } from './domain/ids.ts'
import { limitsNamed } from './domain/limits.ts'
import type { ModelFacts } from './domain/model.ts'
import type { Readiness } from './domain/compute.ts'
import { openFetcher } from './fetch/fetcher.ts'
import { listen } from './http/listen.ts'
import { openLineFormat } from './http/openai/lineFormat.ts'
import { MODEL_NAMES as OPENAI_MODEL_NAMES } from './http/openai/names.ts'
import { MODEL_NAMES } from './http/telnyx/names.ts'
import { MODEL_NAMES as EMBED_V1_MODEL_NAMES } from './http/twelvelabs/embedV1/names.ts'
import { NEWER_MODEL } from './http/twelvelabs/modelName.ts'
import { makeByteCache } from './lib/byteCache.ts'
import { systemClock } from './lib/clock.ts'
import { closeAll, type Opened } from './lib/closing.ts'
import { makeKeyedMutex } from './lib/keyedMutex.ts'
import { makeLogger } from './lib/logger.ts'
import { makeTakeover } from './lib/takeover.ts'
import { findTools, type Tools } from './media/tools.ts'
import { catalogued } from './modelFiles/catalogue.ts'
import { findModelFiles } from './modelFiles/findModelFiles.ts'
import { countTokens } from './models/countTokens.ts'
import { GEMMA_ID } from './models/embeddinggemma/facts.ts'
import { openRegistry, type Registry } from './models/registry.ts'
import type { ModelSettings, RemoteModel } from './models/settings.ts'
import { termsOf } from './models/terms.ts'
import { openModelFiles, type ModelFiles } from './modelFiles/pulls.ts'
import { openDiskObjects } from './objects/disk.ts'
import type { Objects } from './objects/objects.ts'
import { startDispatcher, type Dispatcher } from './queue/dispatcher.ts'
import type { OpenRemote } from './remote/openRemote.ts'
import type { RemoteSettings } from './remote/settings.ts'
import { openSearch } from './search/search.ts'
import { loaderModule } from './store/loaderModule.ts'
import { lockFolder } from './store/lock.ts'
import { makeMetricsPage } from './metricsPage.ts'
import { openStore } from './store/open.ts'
import type { OpenStore } from './store/store.ts'
import { openResults } from './store/reader.ts'
import { refuseHalfRestored } from './store/restoring.ts'
import { ensureSecret } from './store/secrets.ts'
import { watchDisk, type DiskGuard } from './tasks/disk/watchDisk.ts'
import { gatherDocumentEnds } from './tasks/endDocuments.ts'
import { startJanitor } from './tasks/janitor.ts'
import { admitKeys } from './tasks/keys.ts'
import { openTally } from './tasks/tally.ts'
import type { Models, TaskParts } from './tasks/parts.ts'
import { roomsBeside } from './tasks/rooms.ts'
import { takeBackItems } from './tasks/sweep.ts'
import { tellMoves } from './tasks/tellMoves.ts'
import { openUsage } from './tasks/usage.ts'
import { openWatchHub } from './tasks/watch/hub.ts'
import { traceEnds, tracedStore, traceTimings } from './tasks/traces.ts'
import { workOn } from './tasks/work.ts'
import { measureTimings } from './telemetry/timings.ts'
import { makeMeters } from './telemetry/meters.ts'
import { version } from './version.ts'

export interface RunningServer {
  url: string
  /** Where the generated key lies, when there is one. */
  keyFile?: string
  /** Which model is used and what it cannot do, in one line. */
  modelLine: string
  /** Takes no more work, lets what runs finish for up to `graceMs`, hands the rest back, and closes in order. */
  stop(graceMs: number): Promise<void>
}

export interface Surroundings {
  /** Where the lines of the log go. */
  writeLog: (line: string) => void
  reach?: Reach
}

/** The names that contracts give their models; they mean the configured one, because their clients send nothing else. */
const CONTRACT_MODELS = [...EMBED_V1_MODEL_NAMES, NEWER_MODEL, ...MODEL_NAMES, ...OPENAI_MODEL_NAMES]

/** Buckets that are searched are held in memory up to this size. */
const SEARCH_MEMORY_BYTES = 512e6

/** The same of pictures and outlines of assets: some hundred of them. */
const PREVIEW_MEMORY_BYTES = 16e6

/**
 * Builds every part from the configuration, connects them and starts to serve: whoever has read this function has
 * read the architecture. Throws `storage_unavailable` when the data folder is in use or cannot be written, and
 * `unauthorized` when others could reach a server without a key.
 */
export async function startServer(
  config: Config,
  surroundings: Surroundings = { writeLog: toStderr },
): Promise<RunningServer> {
  const { reach = reachNothing } = surroundings
  const logger = makeLogger({ write: surroundings.writeLog, clock: systemClock, level: config.logLevel })
  const meters = makeMeters()
  const opened: Opened[] = []
  const open = <Part extends Opened>(part: Part): Part => {
    opened.push(part)
    return part
  }
  try {
    await inFolder(config.dataFolder, () => mkdir(config.dataFolder, { recursive: true, mode: 0o700 }))
    open(lockFolder(config.dataFolder))
    refuseHalfRestored(config.dataFolder)
    const limits = limitsNamed(config.limits)
    const tools = findTools(config.ffmpeg === undefined ? {} : { ffmpeg: config.ffmpeg })
    const tracer = config.traces && open(await openTraces(config.traces, { clock: systemClock, logger }))
    const untraced = open(await openStore({ ...config.database, clock: systemClock, isAlone: true, reach }))
    // All servers on one database go by its clock.
    const { clock } = untraced
    const ids = makeIds(clock, randomBytes)
    const store = tracer ? tracedStore(untraced, tracer) : untraced
    store.onCommit(({ durationMs, changeCount, moves }) => {
      meters.observe('embedline_commit_duration_seconds', {}, durationMs / 1000)
      meters.observe('embedline_commit_changes', {}, changeCount)
      tellMoves({ logger, meters }, moves)
      if (tracer)
        traceEnds({ store: untraced, tracer }, moves).catch((error) =>
          logger.warn('a task was not traced', { error }),
        )
    })
    const results = open(openResults(config.database))
    const loader = loaderModule(config.database)
    const search = open(openSearch({ loader, memoryBytes: SEARCH_MEMORY_BYTES }))
    let dispatcher: Dispatcher | undefined
    const wake = () => {
      dispatcher?.wake()
      store.announceWork()
    }
    store.onElsewhere((signal) => {
      if (signal === 'work') dispatcher?.wake()
    })
    const disk = open(await openDisk(config, { clock, logger, onRoom: () => dispatcher?.wake() }))
    const admit = () => disk.admit()
    const objects = open(await openObjects(config, { clock, logger, admit }))
    const userAgent = `Embedline/${version}`
    const fetcher = open(openFetcher({ clock, userAgent, allow: config.fetchAllow }))
    const modelSettings = modelSettingsOf(config)
    const registry = openRegistry(modelSettings, findModelFiles)
    const modelFiles = open(openModels(config, { clock, ids, logger }))
    const model = registry.default
    checkMemory(registry, config)
    const remote = config.remote && open(await openRemoteTexts(config.remote, { clock, logger }))
    const compute = open(
      openCompute(config, tools, {
        modelSettings,
        registry,
        model,
        limits,
        clock,
        logger,
        meters,
        ...(tracer && { tracer }),
      }),
    )
    const usage = open(await openUsage({ store, clock, logger, limits: config.rateLimits }))
    const tally = open(openTally({ store, clock, logger }))
    const parts: TaskParts = {
      store,
      results,
      objects,
      bytesMutex: makeKeyedMutex(),
      partTurns: makeTakeover(),
      previews: makeByteCache(PREVIEW_MEMORY_BYTES),
      signingKey: await store.write((db) => ensureSecret(db, 'addresses', randomBytes(32))),
      fetcher,
      crawling: {
        pace: makePace(clock),
        delayMs: config.crawlDelayMs,
        mostPages: config.crawlPages,
        mostMs: config.crawlMs,
      },
      compute,
      disk,
      ...(remote && { remote }),
      models: modelsOf(registry),
      modelFiles,
      buckets: openFolderBuckets({ url: config.bucketsUrl, clock, uploadId: () => ids.uuid() }),
      endDocument: gatherDocumentEnds({ store, clock }),
      search,
      ...(untraced.writeSlowly && {
        vectorIndexes: {
          ...(config.vectorIndexLeastChunks !== undefined && { leastChunks: config.vectorIndexLeastChunks }),
          write: untraced.writeSlowly,
        },
      }),
      watchHub: open(openWatchHub({ store: watchable(store), clock, onError: watchError(logger) })),
      usage,
      tally,
      clock,
      reach,
      ids,
      limits,
      logger,
      mayReuse: config.mayReuse,
      meters,
      ...(tracer && { tracer }),
      retentionMs: config.retentionMs,
      mostRetentionMs: config.mostRetentionMs,
      ...(config.assetRetentionMs !== undefined && { assetRetentionMs: config.assetRetentionMs }),
      random: Math.random,
      wake,
      lineFormat: openLineFormat(),
      recall: (items) => dispatcher?.recall(items),
    }
    const keyFile = join(config.dataFolder, 'admin.key')
    const admission = { listed: config.keys, keyFile, isLoopback: isLoopback(config.host) }
    const hasOwnKey = await inFolder(config.dataFolder, () => admitKeys(parts, admission))
    // A folder has one server, and that one was killed; on a common database others work, and leases tell who died.
    if ('file' in config.database) await takeBackItems(parts)
    const modelLine = describeModel(model)
    const readiness = () => readinessOf(model, registry, { compute, disk, store })
    const site = {
      version,
      modelLine,
      keyFile: hasOwnKey ? keyFile : undefined,
      readiness,
      metrics: makeMetricsPage({ meters, results, search, compute, disk, readiness, model: model.id, clock }),
    }
    const http = open(await listen({ tasks: parts, site, host: config.host, port: config.port }))
    open(await inFolder(config.dataFolder, () => openServerFile(config, http.url)))
    compute.start()
    open(startJanitor(parts))
    if (config.computeCount > 0) dispatcher = dispatch(parts, store, config.computeCount)
    return {
      url: http.url,
      ...(hasOwnKey && { keyFile }),
      modelLine,
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

interface ComputeSurroundings extends Pick<TaskParts, 'limits' | 'clock' | 'logger' | 'meters' | 'tracer'> {
  modelSettings: ModelSettings
  registry: Registry
  model: ModelFacts
}

const openCompute = (
  config: Config,
  tools: Tools,
  { modelSettings, registry, model, meters, tracer, ...parts }: ComputeSurroundings,
): RunningCompute =>
  startCompute({
    ...parts,
    count: config.computeCount,
    tools,
    models: modelSettings,
    environment: config.programEnvironment,
    residentLimitBytes: config.computeMemoryBytes,
    ...(model.longestRunSec !== undefined && { warm: model }),
    onCall: () => {
      const parent = tracer?.current()
      return (timings) => {
        measureTimings(meters, timings)
        if (tracer && parent !== undefined) traceTimings(tracer, parent, timings)
      }
    },
    onReplace: (reason) => meters.count('embedline_compute_restarts_total', { reason }),
    longestRunSec: (pin) => registry.resolve(pin.id)?.longestRunSec ?? 0,
  })

/** Its libraries take more memory than all of an idle server: they are loaded when they are wanted. */
async function openTraces(
  { url, headers, serviceName }: TracesConfig,
  parts: Pick<TaskParts, 'clock' | 'logger'>,
): Promise<Tracer & Opened> {
  const { openTracer } = await import('./telemetry/openTracer.ts')
  return openTracer({ ...parts, url, headers, serviceName, version })
}

/** A folder, or S3, whose client only those load who use it. */
async function openObjects(
  { objectsFolder: folder, s3, storageCacheBytes: cacheBytes }: Config,
  { clock, logger, admit }: Pick<TaskParts, 'clock' | 'logger'> & { admit: () => Promise<void> },
): Promise<Objects & Opened> {
  if (!s3) return inFolder(folder, () => openDiskObjects({ folder, admit }))
  const { openS3Objects } = await import('./objects/s3/openS3.ts')
  return openS3Objects({ settings: s3, folder, cacheBytes, clock, logger, admit, random: Math.random })
}

/** Looks at the disks that the server writes to; what it keeps on one of them is named in metrics. */
async function openDisk(
  { database, objectsFolder, diskFloorBytes }: Config,
  parts: Pick<TaskParts, 'clock' | 'logger'> & { onRoom: () => void },
): Promise<DiskGuard & Opened> {
  await inFolder(objectsFolder, () => mkdir(objectsFolder, { recursive: true }))
  const folders = {
    ...('file' in database && { database: dirname(database.file) }),
    objects: objectsFolder,
  }
  return watchDisk({
    ...parts,
    folders,
    ...(diskFloorBytes !== undefined && { floorBytes: diskFloorBytes }),
  })
}

const modelSettingsOf = (config: Config): ModelSettings => ({
  defaultModel: config.model,
  contractNames: CONTRACT_MODELS,
  aliases: config.aliases,
  gemma: {
    folder: config.modelsFolder,
    commit: catalogued(GEMMA_ID).commit,
    precisions: config.precisions,
    imageTokens: config.imageTokens,
    frameTokens: config.frameTokens,
    secondsPerFrame: config.secondsPerFrame,
    threads: config.threads,
  },
  ...(config.remote && { remote: knownOf(config.remote) }),
})

/** Compute children get the settings of models: neither the address of the other server nor its key is among them. */
const knownOf = ({ model, dimension, documentPrefix }: RemoteSettings): RemoteModel => ({
  model,
  dimension,
  documentPrefix,
})

/** The client of HTTP that it needs is loaded by nobody else. */
async function openRemoteTexts(
  settings: RemoteSettings,
  parts: Pick<TaskParts, 'clock' | 'logger'>,
): Promise<OpenRemote> {
  const { openRemote } = await import('./remote/openRemote.ts')
  return openRemote({ settings, ...parts, random: Math.random })
}

const modelsOf = (registry: Registry): Models => ({
  ...registry,
  countTokens,
  terms: (text) => Object.fromEntries(termsOf(text)),
})

/** Ids of the models that requests may mean. */
const modelsInUse = ({ model, aliases }: Config): string[] => [...new Set([model, ...Object.values(aliases)])]

const openModels = (
  config: Config,
  { clock, ids, logger }: Pick<TaskParts, 'clock' | 'ids' | 'logger'>,
): ModelFiles & Opened =>
  openModelFiles({
    folder: config.modelsFolder,
    hub: config.hub,
    precisions: config.precisions,
    inUse: modelsInUse(config),
    clock,
    random: Math.random,
    newId: () => ids.uuid(),
    onEnd: ({ model: id, precision, state, failure }) =>
      logger[failure?.code === 'internal' ? 'error' : 'info']('a pull ended', {
        model: id,
        precision,
        state,
        ...(failure && { error: failure.message }),
      }),
  })

/** Refuses models that no compute process could hold: each would be replaced as soon as it had loaded one. */
function checkMemory(registry: Registry, { model, aliases, computeMemoryBytes }: Config): void {
  for (const name of [model, ...Object.keys(aliases)]) {
    const { id, precision, leastMemoryBytes = 0 } = registry.resolve(name) ?? {}
    if (leastMemoryBytes <= computeMemoryBytes) continue
    throw new EmbedlineError(
      'request_invalid',
      `The model ${id} in ${precision} needs more than --compute-memory allows: --compute-memory ${Math.ceil(leastMemoryBytes / 1e9)}GB, or a smaller --precision.`,
    )
  }
}

const describeModel = ({ id, revision, caveat }: ModelFacts): string =>
  `${id}@${revision}${caveat === undefined ? '' : `: ${caveat}`}`

function readinessOf(
  model: ModelFacts,
  registry: Registry,
  { compute, disk, store }: { compute: RunningCompute; disk: DiskGuard; store: OpenStore },
): Readiness {
  const wrongClock = store.problem()
  if (wrongClock !== undefined) return { state: 'failed', message: wrongClock }
  if (!store.isReachable()) return { state: 'failed', message: 'The database cannot be reached.' }
  const message = disk.problem()
  if (message !== undefined) return { state: 'disk_full', message }
  const problem = registry.problem(model)
  return problem ? { state: 'failed', message: problem.message } : compute.readiness()
}

const watchError = (logger: TaskParts['logger']) => (error: unknown) =>
  logger.error('what happens to tasks could not be read', { error })

/** What other servers on the database have written is news too. */
const watchable = (store: OpenStore): Parameters<typeof openWatchHub>[0]['store'] => ({
  read: store.read,
  onCommit(listener) {
    const stops = [
      store.onCommit(listener),
      store.onElsewhere((signal) => {
        if (signal === 'news') listener()
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  },
})

const dispatch = (parts: TaskParts, store: OpenStore, computeCount: number): Dispatcher =>
  startDispatcher({
    write: (change) => parts.store.write(change),
    worker: parts.ids.uuid(),
    // With a full disk nothing is begun: it would only fail. With a wrong clock leases would mean nothing.
    rooms: (held) =>
      parts.disk.state === 'full' || store.problem() !== undefined ? [] : roomsBeside(held, computeCount),
    handle: (item, signal) => workOn(parts, item, signal),
    onError: (error) => {
      if (error instanceof EmbedlineError && error.code === 'lease_lost')
        parts.logger.info('work was taken away', { error })
      else if (error instanceof EmbedlineError && error.code === 'disk_full') {
        parts.disk.reportFull()
        parts.logger.warn('work waits for room on the disk', { error })
      } else if (error instanceof EmbedlineError && error.code === 'storage_unavailable')
        parts.logger.warn('work waits for the database', { error })
      else parts.logger.error('the dispatcher met an error', { error })
    },
    clock: parts.clock,
    reach: parts.reach,
  })

/** Says of what the system refuses at the start which folder that was: the operator can do something about it. */
async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (failure) {
    const cause = failure instanceof EmbedlineError ? failure.cause : failure
    if (!(cause instanceof Error && 'syscall' in cause)) throw failure
    const message = `the folder ${folder} cannot be used: ${cause.message}`
    throw new EmbedlineError('storage_unavailable', message, { cause })
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
