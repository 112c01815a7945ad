import { parseAllowList } from './fetch/allowList.ts'
import { parsePrecisions } from './domain/precision.ts'
import type { LogLevel } from './lib/logger.ts'
import { TOKEN_BUDGETS } from './models/embeddinggemma/settings.ts'
import {
  anyText,
  nonEmpty,
  oneOf,
  oneOfNumbers,
  parseAliases,
  parseBucketsUrl,
  parseDatabaseUrl,
  parseDuration,
  parseFloor,
  parseFrameSeconds,
  parseGroups,
  parseHost,
  parseKeys,
  parseRegion,
  parseRemoteUrl,
  parseSize,
  parseStorageUrl,
  parseTraces,
  parseVectorIndex,
  printable,
  wholeNumber,
} from './settingValues.ts'

/** One thing a user can set: by a flag, a variable or a key of the configuration file, always as text. */
export interface Setting<Value> {
  /** Without the dashes; the variable and the key of the file follow from it. */
  flag: string
  /** What stands for the value in the help. */
  placeholder: string
  /** Used when nobody sets it. Undefined: there is none, or it depends on another setting. */
  fallback?: string
  /** What the documentation shows as the default, where `fallback` does not say it. */
  fallbackShown?: string
  /** One sentence for the help and the README. */
  meaning: string
  /** True: the value is never printed. */
  secret?: boolean
  /** Throws `request_invalid` with what was expected, without naming the setting. */
  parse(text: string): Value
}

/** Everything that can be set. The help, the README's table and the variables' names are made from this table. */
export const SETTINGS = {
  host: {
    flag: 'host',
    placeholder: 'address',
    fallback: '127.0.0.1',
    meaning: 'Address to listen on. Beyond loopback the server wants `--keys`.',
    parse: parseHost,
  },
  port: {
    flag: 'port',
    placeholder: 'number',
    fallback: '8787',
    meaning: 'Port to listen on; 0 takes a free one.',
    parse: wholeNumber(0, 65_535),
  },
  healthPort: {
    flag: 'health-port',
    placeholder: 'number',
    fallback: '8788',
    meaning: 'Port on which a worker answers `/healthz`, `/readyz` and `/metrics`; 0 takes a free one.',
    parse: wholeNumber(0, 65_535),
  },
  data: {
    flag: 'data',
    placeholder: 'folder',
    fallback: './data',
    meaning: 'Folder that holds everything the server keeps.',
    parse: nonEmpty,
  },
  databaseUrl: {
    flag: 'database-url',
    placeholder: 'url',
    fallbackShown: 'sqlite:<data>/embedline.db',
    meaning:
      'Where tasks and vectors are kept: `sqlite:<file>`, or `postgres://user:password@host/database`, with `?sslmode=` as PostgreSQL means it.',
    parse: parseDatabaseUrl,
  },
  vectorIndex: {
    flag: 'vector-index',
    placeholder: 'chunks|off',
    fallback: '200000',
    meaning:
      'On PostgreSQL with pgvector: buckets of so many chunks or more are searched by an index of neighbours (HNSW), which may miss some ([docs/postgresql.md](docs/postgresql.md)).',
    parse: parseVectorIndex,
  },
  storageUrl: {
    flag: 'storage-url',
    placeholder: 'url',
    fallbackShown: 'file:<data>/objects',
    meaning:
      'Where the bytes of assets and inputs are kept: `file:<folder>`, or `s3://bucket/prefix` ([docs/s3.md](docs/s3.md)).',
    parse: parseStorageUrl,
  },
  s3Endpoint: {
    flag: 's3-endpoint',
    placeholder: 'url',
    fallbackShown: 'AWS',
    meaning: 'Address of an S3 store that is not AWS, as in `http://minio:9000`.',
    parse: parseRemoteUrl,
  },
  s3Region: {
    flag: 's3-region',
    placeholder: 'name',
    fallbackShown: '`AWS_REGION`, or us-east-1',
    meaning: 'Region of the S3 buckets.',
    parse: parseRegion,
  },
  storageCache: {
    flag: 'storage-cache',
    placeholder: 'size',
    fallback: '10GB',
    meaning:
      'With S3, how much of the inputs is also kept in the data folder, so that it need not be fetched again.',
    parse: parseSize,
  },
  bucketsUrl: {
    flag: 'buckets-url',
    placeholder: 'url',
    fallbackShown: 'file:<data>/buckets',
    meaning:
      'Where the buckets are: `file:<folder>`, in which each folder is a bucket, or `s3:<beginning of names>` for those of an S3 store. With `{account}` in it, as in `file:/srv/{account}` or `s3:{account}-`, each account has its own.',
    parse: parseBucketsUrl,
  },
  compute: {
    flag: 'compute',
    placeholder: 'count',
    fallback: '1',
    meaning: 'Processes that decode and embed; 0 only answers the API and leaves tasks queued.',
    parse: wholeNumber(0, 256),
  },
  only: {
    flag: 'only',
    placeholder: 'group,…',
    fallbackShown: 'all',
    meaning:
      'What of the queue is worked on here: `media`, `text`, `fetch`, `control` ([docs/workers.md](docs/workers.md)).',
    parse: parseGroups,
  },
  grace: {
    flag: 'grace',
    placeholder: 'duration',
    fallbackShown: '8s, of a worker 30s',
    meaning:
      'How long work that runs may go on when the process is asked to stop; then it is given back to the queue.',
    parse: parseDuration,
  },
  computeMemory: {
    flag: 'compute-memory',
    placeholder: 'size',
    fallback: '2GB',
    meaning: 'A compute process that grows past this is replaced (`512MB`, `4GB`).',
    parse: parseSize,
  },
  model: {
    flag: 'model',
    placeholder: 'name',
    fallback: 'builtin',
    meaning: 'Model behind the names that clients send.',
    parse: nonEmpty,
  },
  aliases: {
    flag: 'aliases',
    placeholder: 'name=model,…',
    fallbackShown: 'none',
    meaning: 'Names that mean another model than that one, as in `marengo3.0=embeddinggemma-2`.',
    parse: parseAliases,
  },
  models: {
    flag: 'models',
    placeholder: 'folder',
    fallbackShown: '<data>/models',
    meaning: 'Folder of the models that were pulled, with the lock file that pins them.',
    parse: nonEmpty,
  },
  remoteUrl: {
    flag: 'remote-url',
    placeholder: 'url',
    fallbackShown: 'none',
    meaning:
      'Server with an OpenAI-compatible API that embeds texts, up to what stands before `/embeddings`: `http://gpu:8080/v1`. With it there is the model `openai-compatible`.',
    parse: parseRemoteUrl,
  },
  remoteKey: {
    flag: 'remote-key',
    placeholder: 'key',
    fallbackShown: 'none',
    meaning: 'Key for that server; better set by the variable, because others can see flags.',
    secret: true,
    parse: printable('a key of printable characters without spaces'),
  },
  remoteModel: {
    flag: 'remote-model',
    placeholder: 'name',
    fallbackShown: 'none',
    meaning: 'Its model, as that server calls it.',
    parse: printable('the name of a model, without spaces'),
  },
  remoteDimension: {
    flag: 'remote-dimension',
    placeholder: 'count',
    fallbackShown: 'none',
    meaning: 'How many numbers its vectors have. Another model or another dimension begins new vectors.',
    parse: wholeNumber(1, 65_536),
  },
  remoteBatch: {
    flag: 'remote-batch',
    placeholder: 'count',
    fallback: '32',
    meaning: 'Texts in one request to that server, at most.',
    parse: wholeNumber(1, 2048),
  },
  remoteConcurrency: {
    flag: 'remote-concurrency',
    placeholder: 'count',
    fallback: '4',
    meaning: 'Requests to that server at once, at most.',
    parse: wholeNumber(1, 256),
  },
  remoteTimeout: {
    flag: 'remote-timeout',
    placeholder: 'duration',
    fallback: '60s',
    meaning: 'How long that server may take for a request (`30s`, `2m`).',
    parse: parseDuration,
  },
  remoteQueryPrefix: {
    flag: 'remote-query-prefix',
    placeholder: 'text',
    fallbackShown: 'none',
    meaning: 'What its model wants to stand before a query, as in `query: `.',
    parse: anyText,
  },
  remoteDocumentPrefix: {
    flag: 'remote-document-prefix',
    placeholder: 'text',
    fallbackShown: 'none',
    meaning: 'The same before a document, as in `passage: `. Another one begins new vectors.',
    parse: anyText,
  },
  precision: {
    flag: 'precision',
    placeholder: 'name',
    fallback: 'q8',
    meaning:
      'How the weights of a trained model are kept: `fp32`, `q8` or `q4`, also for each of its sessions, as in `q4,vision_encoder=q8,audio_encoder=fp32`.',
    parse: (text) => parsePrecisions(text, 'q8'),
  },
  imageTokens: {
    flag: 'image-tokens',
    placeholder: 'count',
    fallback: '70',
    meaning:
      'How finely a trained model looks at a still picture: 70, 140, 280, 560 or 1120 tokens. 280 costs five times 70.',
    parse: oneOfNumbers(...TOKEN_BUDGETS),
  },
  frameTokens: {
    flag: 'frame-tokens',
    placeholder: 'count',
    fallback: '70',
    meaning: 'The same for each frame of a video.',
    parse: oneOfNumbers(...TOKEN_BUDGETS),
  },
  frameSeconds: {
    flag: 'frame-seconds',
    placeholder: 'seconds',
    fallback: '2',
    meaning:
      'From one frame that a trained model looks at to the next one, 0.5 to 60; a clip has at most 32 frames.',
    parse: parseFrameSeconds,
  },
  threads: {
    flag: 'threads',
    placeholder: 'count',
    fallbackShown: 'cores / compute',
    meaning: 'Processor threads of a trained model in each process that embeds.',
    parse: wholeNumber(1, 256),
  },
  keys: {
    flag: 'keys',
    placeholder: 'key=account,…',
    fallbackShown: 'one is made on loopback',
    meaning: 'Keys that are valid while they are listed here, each with the account it belongs to.',
    secret: true,
    parse: parseKeys,
  },
  fetchAllow: {
    flag: 'fetch-allow',
    placeholder: 'network|host:port,…',
    fallbackShown: 'public addresses only',
    meaning:
      'What URL sources and crawls may reach beside public addresses: networks (`10.0.0.0/8`) and places (`minio:9000`).',
    parse: parseAllowList,
  },
  crawlPages: {
    flag: 'crawl-pages',
    placeholder: 'count',
    fallback: '1000',
    meaning: 'So many pages a crawl asks for at most.',
    parse: wholeNumber(1, 100_000),
  },
  crawlTime: {
    flag: 'crawl-time',
    placeholder: 'duration',
    fallback: '10m',
    meaning: 'So long a crawl runs at most.',
    parse: parseDuration,
  },
  crawlDelay: {
    flag: 'crawl-delay',
    placeholder: 'milliseconds',
    fallback: '500',
    meaning: 'Between two requests of crawls to a site; a robots.txt may ask for more.',
    parse: wholeNumber(0, 60_000),
  },
  retention: {
    flag: 'retention',
    placeholder: 'duration',
    fallback: '7d',
    meaning:
      'How long tasks and their vectors are kept (`30m`, `12h`, `7d`), unless a create says otherwise by `X-Embedline-Retention`.',
    parse: parseDuration,
  },
  reuse: {
    flag: 'reuse',
    placeholder: 'on|off',
    fallback: 'on',
    meaning:
      'Whether a task takes its vectors from an earlier one of its account with the same bytes, settings and model; a request says otherwise by `X-Embedline-Reuse`.',
    parse: oneOf('on', 'off'),
  },
  retentionMax: {
    flag: 'retention-max',
    placeholder: 'duration',
    fallback: '90d',
    meaning: 'So long a caller may have a task kept at most; never less than `--retention`.',
    parse: parseDuration,
  },
  assetRetention: {
    flag: 'asset-retention',
    placeholder: 'duration',
    fallbackShown: 'until they are deleted',
    meaning: 'How long assets are kept after their upload.',
    parse: parseDuration,
  },
  diskFloor: {
    flag: 'disk-floor',
    placeholder: 'size',
    fallbackShown: '1GB, or 5 % of a smaller disk',
    meaning:
      'With less than this free on the disk new work is refused; with less than half of it queued work waits, too. 0: never.',
    parse: parseFloor,
  },
  limits: {
    flag: 'limits',
    placeholder: 'name',
    fallback: 'ours',
    meaning:
      '`upstream` also refuses what TwelveLabs would refuse (shorter than 4 s, smaller than 360×360 …).',
    parse: oneOf('ours', 'upstream'),
  },
  requestsPerMinute: {
    flag: 'requests-per-minute',
    placeholder: 'count',
    fallbackShown: 'not limited',
    meaning: 'So many requests each key may make in a minute.',
    parse: wholeNumber(1, 999_999_999),
  },
  requestsPerDay: {
    flag: 'requests-per-day',
    placeholder: 'count',
    fallbackShown: 'not limited',
    meaning: 'So many requests each key may make in a day (UTC).',
    parse: wholeNumber(1, 999_999_999),
  },
  mediaMinutesPerHour: {
    flag: 'media-minutes-per-hour',
    placeholder: 'count',
    fallbackShown: 'not limited',
    meaning: 'So many minutes of video and sound each key may have embedded in an hour.',
    parse: wholeNumber(1, 999_999_999),
  },
  mediaMinutesPerDay: {
    flag: 'media-minutes-per-day',
    placeholder: 'count',
    fallbackShown: 'not limited',
    meaning: 'So many minutes of video and sound each key may have embedded in a day (UTC).',
    parse: wholeNumber(1, 999_999_999),
  },
  traces: {
    flag: 'traces',
    placeholder: 'url',
    fallbackShown: '`OTEL_EXPORTER_OTLP_ENDPOINT`, or none',
    meaning:
      'Collector that gets traces by OTLP over HTTP, up to what stands before `/v1/traces`: `http://collector:4318`; `off` sends none.',
    parse: parseTraces,
  },
  ffmpeg: {
    flag: 'ffmpeg',
    placeholder: 'path',
    fallbackShown: '`ffmpeg` on PATH',
    meaning: 'The ffmpeg to use; ffprobe is taken from beside it.',
    parse: nonEmpty,
  },
  logLevel: {
    flag: 'log-level',
    placeholder: 'level',
    fallback: 'info',
    meaning: 'Least level that is logged: `debug`, `info`, `warn`, `error`.',
    parse: oneOf<LogLevel>('debug', 'info', 'warn', 'error'),
  },
} as const satisfies Record<string, Setting<unknown>>

export type SettingName = keyof typeof SETTINGS

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[]

/** `databaseUrl` → `EMBEDLINE_DATABASE_URL`. */
export const variableOf = (name: SettingName): string =>
  `EMBEDLINE_${SETTINGS[name].flag.replaceAll('-', '_').toUpperCase()}`
