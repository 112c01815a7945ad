import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { startCompute, type RunningCompute } from './compute/pool.ts'
import type { Config, TracesConfig } from './config.ts'
import { makePace } from './crawl/pace.ts'
import type { Readiness } from './domain/compute.ts'
import { reachNothing, type Reach } from './domain/failurePoints.ts'
import { makeIds } from './domain/ids.ts'
import type { ItemKind } from './domain/itemKinds.ts'
import { limitsNamed } from './domain/limits.ts'
import type { ModelFacts } from './domain/model.ts'
import type { Tracer } from './domain/tracing.ts'
import { openFetcher } from './fetch/fetcher.ts'
import { openLineFormat } from './http/openai/lineFormat.ts'
import { makeByteCache } from './lib/byteCache.ts'
import { systemClock } from './lib/clock.ts'
import type { Opened } from './lib/closing.ts'
import { makeLogger } from './lib/logger.ts'
import { makeTakeover } from './lib/takeover.ts'
import { findTools, type Tools } from './media/tools.ts'
import { makeMetricsPage } from './metricsPage.ts'
import {
  checkMemory,
  describeModel,
  modelSettingsOf,
  modelsOf,
  openModels,
  openRemoteTexts,
  usableModels,
} from './modelParts.ts'
import { findModelFiles } from './modelFiles/findModelFiles.ts'
import { openRegistry, type Registry } from './models/registry.ts'
import type { ModelSettings } from './models/settings.ts'
import { abilitiesWith, startWork } from './dispatching.ts'
import type { Dispatcher } from './queue/dispatcher.ts'
import { openSearch } from './search/search.ts'
import { inFolder, openBuckets, openDisk, openObjects } from './storageParts.ts'
import { loaderModule } from './store/loaderModule.ts'
import { lockFolder } from './store/lock.ts'
import { openStore } from './store/open.ts'
import { openResults } from './store/reader.ts'
import { refuseHalfRestored } from './store/restoring.ts'
import { ensureSecret } from './store/secrets.ts'
import type { OpenStore } from './store/store.ts'
import type { DiskGuard } from './tasks/disk/watchDisk.ts'
import { gatherDocumentEnds } from './tasks/endDocuments.ts'
import type { TaskParts } from './tasks/parts.ts'
import { logFailure } from './tasks/repeating.ts'
import { startPresence } from './tasks/presence.ts'
import { openTally } from './tasks/tally.ts'
import { tellMoves } from './tasks/tellMoves.ts'
import { traceEnds, tracedStore, traceTimings } from './tasks/traces.ts'
import { openUsage } from './tasks/usage.ts'
import { openWatchHub } from './tasks/watch/hub.ts'
import { makeMeters } from './telemetry/meters.ts'
import { measureTimings } from './telemetry/timings.ts'
import { version } from './version.ts'
import { isShared } from './workerKinds.ts'

export interface Surroundings {
  /** Where the lines of the log go. */
  writeLog: (line: string) => void
  reach?: Reach
}

/** Has what it is given closed when all is closed, or when something else cannot be opened. */
export type Open = <Part extends Opened>(part: Part) => Part

/** Buckets that are searched are held in memory up to this size. */
const SEARCH_MEMORY_BYTES = 512e6

/** The same of pictures and outlines of assets: some hundred of them. */
const PREVIEW_MEMORY_BYTES = 16e6

/** What servers and workers have in common, open and connected. */
export interface Shared {
  parts: TaskParts
  compute: RunningCompute
  modelLine: string
  site: { version: string; readiness: () => Readiness; metrics: () => Promise<string> }
  /** Begins to work on items of these kinds. */
  dispatch: (kinds: readonly ItemKind[]) => Promise<Dispatcher>
}

interface SharedSurroundings extends Surroundings {
  open: Open
  /** No other server may be on the database. */
  isAlone: boolean
}

/** Builds every part from the configuration and connects them: whoever has read this function has read the architecture. */
export async function openParts(
  config: Config,
  { open, isAlone, writeLog, reach = reachNothing }: SharedSurroundings,
): Promise<Shared> {
  const logger = makeLogger({ write: writeLog, clock: systemClock, level: config.logLevel })
  const meters = makeMeters()
  await inFolder(config.dataFolder, () => mkdir(config.dataFolder, { recursive: true, mode: 0o700 }))
  open(lockFolder(config.dataFolder))
  refuseHalfRestored(config.dataFolder)
  const limits = limitsNamed(config.limits)
  const tools = findTools(config.ffmpeg === undefined ? {} : { ffmpeg: config.ffmpeg })
  const tracer = config.traces && open(await openTraces(config.traces, { clock: systemClock, logger }))
  const untraced = open(await openStore({ ...config.database, clock: systemClock, isAlone, reach }))
  // All servers on one database go by its clock.
  const { clock } = untraced
  const ids = makeIds(clock, randomBytes)
  const store = tracer ? tracedStore(untraced, tracer) : untraced
  store.onCommit(({ durationMs, changeCount, isDurable, moves }) => {
    if (isDurable) {
      meters.observe('embedline_commit_duration_seconds', {}, durationMs / 1000)
      meters.observe('embedline_commit_changes', {}, changeCount)
    }
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
  const objects = open(await openObjects(config, { store, clock, logger, admit }))
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
    buckets: await openBuckets(config, { clock, ids, open }),
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
  const readiness = () => readinessOf(model, registry, { compute, disk, store })
  return {
    parts,
    compute,
    modelLine: describeModel(model),
    site: {
      version,
      readiness,
      metrics: makeMetricsPage({ meters, results, search, compute, disk, readiness, model: model.id, clock }),
    },
    async dispatch(kinds) {
      const worker = ids.uuid()
      const models = usableModels(registry, clock)
      const areOthers = isShared(config)
      if (areOthers) open(await startPresence(parts, { name: worker, kinds, models }))
      dispatcher = startWork(parts, store, {
        worker,
        computeCount: config.computeCount,
        kinds,
        ...(areOthers && { abilities: () => abilitiesWith(models(), objects) }),
      })
      return dispatcher
    },
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
  logFailure(logger, 'what happens to tasks could not be read', error)

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
