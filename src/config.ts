import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { EmbedlineError } from './domain/errors.ts'
import { RATE_NAMES, type RateLimits } from './domain/rates.ts'
import { NOTHING_ALLOWED, type AllowList } from './fetch/allowList.ts'
import type { WorkGroup } from './domain/workGroups.ts'
import type { SessionPrecisions } from './domain/precision.ts'
import type { LogLevel } from './lib/logger.ts'
import type { S3Place, S3Settings } from './objects/s3/settings.ts'
import type { RemoteSettings } from './remote/settings.ts'
import type { TokenBudget } from './models/embeddinggemma/settings.ts'
import type { StoreLocation } from './store/location.ts'
import { SETTING_NAMES, SETTINGS, variableOf, type Setting, type SettingName } from './settings.ts'
import type { BucketsPlace, ConfiguredKey } from './settingValues.ts'

/** Every decision of the operator, checked. Paths are absolute. */
export interface Config {
  host: string
  port: number
  /** Of a worker: where it tells how it is. */
  healthPort: number
  dataFolder: string
  /** May hold a password. */
  database: StoreLocation
  /** On PostgreSQL: from so many chunks on a bucket gets an index of neighbours. Absent: none does. */
  vectorIndexLeastChunks?: number
  /** Where stored bytes lie, or what of them is on this machine. */
  objectsFolder: string
  /** Where they lie in place of that. */
  s3?: S3Settings
  /** With S3, how much of the inputs is kept in that folder too. */
  storageCacheBytes: number
  /** `file:` and a path, or `s3:` and a beginning of names; `{account}` may be a part of both. */
  bucketsUrl: string
  /** For stored bytes and buckets that lie there. */
  s3Place: S3Place
  /** Nobody said where the buckets are: they are in the data folder, which no other process has. */
  hasOwnBuckets: boolean
  /** 0: API only. */
  computeCount: number
  /** What of the queue is worked on. Absent: all. */
  only?: readonly WorkGroup[]
  /** How long work may go on that runs when the process is asked to stop. Absent: as is usual. */
  graceMs?: number
  /** A compute process with more resident memory than this is replaced. */
  computeMemoryBytes: number
  /** The id of the model behind the names that clients send. */
  model: string
  /** Names that mean another model than that: each with the model's id. */
  aliases: Readonly<Record<string, string>>
  modelsFolder: string
  /** The server that embeds texts by the model `openai-compatible`. Absent: there is no such model. */
  remote?: RemoteSettings
  /** Of a trained model, by its sessions. */
  precisions: SessionPrecisions
  /** Soft tokens of a still picture, and of each frame of a video. */
  imageTokens: TokenBudget
  frameTokens: TokenBudget
  secondsPerFrame: number
  /** Processor threads of a trained model in each compute process. */
  threads: number
  /** Where models are pulled from. */
  hub: HubConfig
  /** Empty: the server makes a key of its own, on loopback only. */
  keys: readonly ConfiguredKey[]
  /** What may be fetched from beside public addresses. */
  fetchAllow: AllowList
  /** Of one crawl. */
  crawlPages: number
  crawlMs: number
  /** Between two requests to a site. */
  crawlDelayMs: number
  retentionMs: number
  /** Tasks take vectors from others that asked for the same. */
  mayReuse: boolean
  /** No task may be kept for longer. */
  mostRetentionMs: number
  /** Absent: assets are kept until they are deleted. */
  assetRetentionMs?: number
  /** With less than this free on a disk no new work is taken; 0: never. Absent: by the size of the disk. */
  diskFloorBytes?: number
  limits: 'ours' | 'upstream'
  /** Of each key. */
  rateLimits: RateLimits
  /** Absent: `ffmpeg` on PATH. */
  ffmpeg?: string
  logLevel: LogLevel
  /** Where traces go. Absent: there are none. */
  traces?: TracesConfig
  /** The part of the environment that outside programs and compute processes may see: no keys, no secrets. */
  programEnvironment: Readonly<Record<string, string>>
}

/** What programs that talk to the Hugging Face hub take from the environment, as it stands there. */
export interface HubConfig {
  /** `HF_ENDPOINT`: the hub or a mirror of it. */
  endpoint: string
  /** `HF_TOKEN`: a secret. */
  token?: string
  /** `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in large or small letters. May hold a password. */
  proxy: Readonly<Partial<Record<'http' | 'https' | 'bypass', string>>>
}

/** What programs that send traces take from the environment (OpenTelemetry's words), where `--traces` says nothing else. */
export interface TracesConfig {
  /** To which spans are posted. */
  url: string
  /** `OTEL_EXPORTER_OTLP_HEADERS`: secrets, usually. */
  headers: Readonly<Record<string, string>>
  /** `OTEL_SERVICE_NAME` */
  serviceName: string
}

export interface ConfigSources {
  /** Flags as they were typed, without the dashes. */
  flags?: ReadonlyMap<string, string>
  environment?: Readonly<Record<string, string | undefined>>
  /** Where `embedline.config.json` is looked for, and what relative paths are relative to. */
  folder?: string
}

/** The text of one setting, and where it came from in the words of whoever set it. */
interface Chosen {
  text: string
  origin: string
}

const CONFIG_FILE = 'embedline.config.json'

const HUB = 'https://huggingface.co'

const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'LC_ALL', 'TZ', 'LD_LIBRARY_PATH', 'NODE_COMPILE_CACHE']

/**
 * Reads the configuration, the only place that looks at the environment. A flag goes before a variable, a variable
 * before a key of `embedline.config.json`, that before the default; an empty variable counts as absent.
 * Throws one `request_invalid` that names every bad value.
 */
export function readConfig({
  flags = new Map(),
  environment = process.env,
  folder = process.cwd(),
}: ConfigSources = {}): Config {
  const problems: string[] = []
  const file = readConfigFile(join(folder, CONFIG_FILE), problems)
  const chosen = new Map<SettingName, Chosen>()
  for (const name of SETTING_NAMES) {
    const choice =
      fromFlag(flags, name) ?? fromVariable(environment, name) ?? file.get(name) ?? fallback(name)
    if (choice === undefined) continue
    chosen.set(name, choice)
    problems.push(...problemsOf(name, choice))
  }
  problems.push(...missingForRemote(chosen))
  if (problems.length > 0) {
    throw new EmbedlineError(
      'request_invalid',
      `The configuration cannot be used:\n  ${problems.join('\n  ')}`,
    )
  }
  return toConfig(
    valuesOf((name) => chosen.get(name)?.text),
    folder,
    environment,
  )
}

/** True for an address that only this machine can reach. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

const fromFlag = (flags: ReadonlyMap<string, string>, name: SettingName): Chosen | undefined => {
  const { flag } = SETTINGS[name]
  const text = flags.get(flag)
  return text === undefined ? undefined : { text, origin: `--${flag}` }
}

const fromVariable = (environment: ConfigSources['environment'], name: SettingName): Chosen | undefined => {
  const variable = variableOf(name)
  const text = environment?.[variable]
  return text === undefined || text === '' ? undefined : { text, origin: variable }
}

function fallback(name: SettingName): Chosen | undefined {
  const setting: Setting<unknown> = SETTINGS[name]
  return setting.fallback === undefined ? undefined : { text: setting.fallback, origin: 'the default' }
}

function problemsOf(name: SettingName, { text, origin }: Chosen): string[] {
  const setting: Setting<unknown> = SETTINGS[name]
  try {
    setting.parse(text)
    return []
  } catch (error) {
    if (!(error instanceof EmbedlineError)) throw error
    return [`${origin}${setting.secret === true ? '' : ` is "${withoutPassword(text)}"`}: ${error.message}`]
  }
}

/** A remote model is known by all three of these, or there is none. */
function missingForRemote(chosen: ReadonlyMap<SettingName, Chosen>): string[] {
  const needed = ['remoteUrl', 'remoteModel', 'remoteDimension'] as const
  const missing = needed.filter((name) => !chosen.has(name))
  if (missing.length === 0 || missing.length === needed.length) return []
  return missing.map(
    (name) => `${variableOf(name)} is missing: a remote model has a URL, a name and a dimension`,
  )
}

const withoutPassword = (text: string): string => text.replace(/\/\/[^/\s]*@/, '//…@')

function readConfigFile(path: string, problems: string[]): Map<SettingName, Chosen> {
  const found = new Map<SettingName, Chosen>()
  for (const [key, value] of Object.entries(readObject(path, problems))) {
    const name = SETTING_NAMES.find((each) => each === key)
    const origin = `${key} in ${CONFIG_FILE}`
    if (name === undefined) problems.push(`${origin}: there is no such setting`)
    else if (typeof value !== 'string' && typeof value !== 'number') {
      problems.push(`${origin}: expected a text or a number`)
    } else found.set(name, { text: String(value), origin })
  }
  return found
}

function readObject(path: string, problems: string[]): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
    problems.push(`${CONFIG_FILE}: expected an object`)
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isAbsent) problems.push(`${CONFIG_FILE}: ${error instanceof Error ? error.message : String(error)}`)
  }
  return {}
}

/** The values of settings, which are known to be good. */
interface Values {
  value: <Value>(name: SettingName, parse: (text: string) => Value) => Value
  optional: <Value>(name: SettingName, parse: (text: string) => Value) => Value | undefined
}

const valuesOf = (textOf: (name: SettingName) => string | undefined): Values => ({
  value: (name, parse) => parse(textOf(name) ?? ''),
  optional(name, parse) {
    const text = textOf(name)
    return text === undefined ? undefined : parse(text)
  },
})

function toConfig(
  { value, optional }: Values,
  folder: string,
  environment: NonNullable<ConfigSources['environment']>,
): Config {
  const remote = readRemote({ value, optional })
  const computeCount = value('compute', SETTINGS.compute.parse)
  const only = optional('only', SETTINGS.only.parse)
  const graceMs = optional('grace', SETTINGS.grace.parse)
  const dataFolder = resolve(folder, value('data', SETTINGS.data.parse))
  const database = optional('databaseUrl', SETTINGS.databaseUrl.parse)
  const storage = optional('storageUrl', SETTINGS.storageUrl.parse) ?? { folder: join(dataFolder, 'objects') }
  const s3Place = readS3Place({ optional }, environment)
  const buckets = optional('bucketsUrl', SETTINGS.bucketsUrl.parse)
  const ffmpeg = optional('ffmpeg', SETTINGS.ffmpeg.parse)
  const models = optional('models', SETTINGS.models.parse)
  const retentionMs = value('retention', SETTINGS.retention.parse)
  const assetRetentionMs = optional('assetRetention', SETTINGS.assetRetention.parse)
  const traces = readTraces({ optional }, environment)
  const vectorIndexLeastChunks = value('vectorIndex', SETTINGS.vectorIndex.parse)
  const diskFloorBytes = optional('diskFloor', SETTINGS.diskFloor.parse)
  return Object.freeze({
    host: value('host', SETTINGS.host.parse),
    port: value('port', SETTINGS.port.parse),
    healthPort: value('healthPort', SETTINGS.healthPort.parse),
    dataFolder,
    database: databaseAt(database, { folder, dataFolder }),
    ...(vectorIndexLeastChunks !== undefined && { vectorIndexLeastChunks }),
    objectsFolder: 'folder' in storage ? resolve(folder, storage.folder) : join(dataFolder, 's3'),
    ...('bucket' in storage && { s3: Object.freeze({ ...storage, ...s3Place }) }),
    storageCacheBytes: value('storageCache', SETTINGS.storageCache.parse),
    bucketsUrl: bucketsAt(buckets, { folder, dataFolder }),
    s3Place,
    hasOwnBuckets: buckets === undefined,
    computeCount,
    ...(only && { only }),
    ...(graceMs !== undefined && { graceMs }),
    computeMemoryBytes: value('computeMemory', SETTINGS.computeMemory.parse),
    model: value('model', SETTINGS.model.parse),
    aliases: optional('aliases', SETTINGS.aliases.parse) ?? {},
    modelsFolder: models === undefined ? join(dataFolder, 'models') : resolve(folder, models),
    ...(remote && { remote }),
    precisions: value('precision', SETTINGS.precision.parse),
    imageTokens: value('imageTokens', SETTINGS.imageTokens.parse),
    frameTokens: value('frameTokens', SETTINGS.frameTokens.parse),
    secondsPerFrame: value('frameSeconds', SETTINGS.frameSeconds.parse),
    threads: optional('threads', SETTINGS.threads.parse) ?? threadsFor(computeCount),
    hub: readHub(environment),
    keys: optional('keys', SETTINGS.keys.parse) ?? [],
    fetchAllow: optional('fetchAllow', SETTINGS.fetchAllow.parse) ?? NOTHING_ALLOWED,
    crawlPages: value('crawlPages', SETTINGS.crawlPages.parse),
    crawlMs: value('crawlTime', SETTINGS.crawlTime.parse),
    crawlDelayMs: value('crawlDelay', SETTINGS.crawlDelay.parse),
    retentionMs,
    mayReuse: value('reuse', SETTINGS.reuse.parse) === 'on',
    mostRetentionMs: Math.max(retentionMs, value('retentionMax', SETTINGS.retentionMax.parse)),
    ...(assetRetentionMs !== undefined && { assetRetentionMs }),
    ...(diskFloorBytes !== undefined && { diskFloorBytes }),
    limits: value('limits', SETTINGS.limits.parse),
    rateLimits: Object.freeze(
      Object.fromEntries(
        RATE_NAMES.flatMap((rate) => {
          const limit = optional(rate, SETTINGS[rate].parse)
          return limit === undefined ? [] : [[rate, limit]]
        }),
      ),
    ),
    ...(ffmpeg !== undefined && { ffmpeg }),
    logLevel: value('logLevel', SETTINGS.logLevel.parse),
    ...(traces && { traces }),
    programEnvironment: Object.freeze(
      Object.fromEntries(
        PASSED_ON.flatMap((name) => {
          const text = environment[name]
          return text === undefined ? [] : [[name, text]]
        }),
      ),
    ),
  })
}

function databaseAt(
  location: StoreLocation | undefined,
  { folder, dataFolder }: { folder: string; dataFolder: string },
): StoreLocation {
  if (location && 'url' in location) return location
  return {
    file: location === undefined ? join(dataFolder, 'embedline.db') : resolve(folder, location.file),
  }
}

/** The cores divided among the compute processes. */
const threadsFor = (computeCount: number): number =>
  Math.max(1, Math.floor(availableParallelism() / Math.max(1, computeCount)))

function readRemote({ value, optional }: Values): RemoteSettings | undefined {
  const url = optional('remoteUrl', SETTINGS.remoteUrl.parse)
  if (url === undefined) return undefined
  const key = optional('remoteKey', SETTINGS.remoteKey.parse)
  return Object.freeze({
    url,
    ...(key !== undefined && { key }),
    model: value('remoteModel', SETTINGS.remoteModel.parse),
    dimension: value('remoteDimension', SETTINGS.remoteDimension.parse),
    batchSize: value('remoteBatch', SETTINGS.remoteBatch.parse),
    concurrency: value('remoteConcurrency', SETTINGS.remoteConcurrency.parse),
    timeoutMs: value('remoteTimeout', SETTINGS.remoteTimeout.parse),
    queryPrefix: value('remoteQueryPrefix', SETTINGS.remoteQueryPrefix.parse),
    documentPrefix: value('remoteDocumentPrefix', SETTINGS.remoteDocumentPrefix.parse),
  })
}

function bucketsAt(
  place: BucketsPlace | undefined,
  { folder, dataFolder }: { folder: string; dataFolder: string },
): string {
  if (place === undefined) return `file:${encodeURI(join(dataFolder, 'buckets'))}`
  return 'template' in place ? place.template : `file:${resolve(folder, place.folder)}`
}

/** The region is where other programs of AWS look for it too; their credentials are not read here, but by its client. */
function readS3Place(
  { optional }: Pick<Values, 'optional'>,
  environment: NonNullable<ConfigSources['environment']>,
): S3Place {
  const endpoint = optional('s3Endpoint', SETTINGS.s3Endpoint.parse)
  const region =
    optional('s3Region', SETTINGS.s3Region.parse) ??
    (environment['AWS_REGION'] || environment['AWS_DEFAULT_REGION'] || 'us-east-1')
  return Object.freeze({ ...(endpoint !== undefined && { endpoint }), region })
}

const TRACES_PATH = '/v1/traces'

function readTraces(
  { optional }: Pick<Values, 'optional'>,
  environment: NonNullable<ConfigSources['environment']>,
): TracesConfig | undefined {
  const named = (name: string) => environment[name]?.trim() || undefined
  const chosen = optional('traces', (text) => ({ base: SETTINGS.traces.parse(text) }))
  const base = chosen ? chosen.base : named('OTEL_EXPORTER_OTLP_ENDPOINT')
  const whole = chosen ? undefined : named('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  const isOff = !chosen && (named('OTEL_SDK_DISABLED') === 'true' || named('OTEL_TRACES_EXPORTER') === 'none')
  const url = whole ?? (base === undefined ? undefined : `${base.replace(/\/+$/, '')}${TRACES_PATH}`)
  if (url === undefined || isOff) return undefined
  const headers = named('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? named('OTEL_EXPORTER_OTLP_HEADERS') ?? ''
  return Object.freeze({
    url,
    headers: Object.freeze(parseHeaders(headers)),
    serviceName: named('OTEL_SERVICE_NAME') ?? 'embedline',
  })
}

/** `name=value,name=value`, percent-encoded; what is nothing of the kind is left out, as other programs do. */
function parseHeaders(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    const encoded = pair.slice(at + 1).trim()
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decoded(encoded)]]
  })
  return Object.fromEntries(pairs) as Record<string, string>
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function readHub(environment: NonNullable<ConfigSources['environment']>): HubConfig {
  const named = (...names: readonly string[]): string | undefined =>
    names.map((name) => environment[name]?.trim()).find((text) => text !== undefined && text !== '')
  const token = named('HF_TOKEN')
  const http = named('http_proxy', 'HTTP_PROXY')
  const https = named('https_proxy', 'HTTPS_PROXY')
  const bypass = named('no_proxy', 'NO_PROXY')
  return Object.freeze({
    endpoint: named('HF_ENDPOINT') ?? HUB,
    ...(token !== undefined && { token }),
    proxy: Object.freeze({
      ...(http !== undefined && { http }),
      ...(https !== undefined && { https }),
      ...(bypass !== undefined && { bypass }),
    }),
  })
}
