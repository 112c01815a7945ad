import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isLoopback, readConfig } from './config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-config-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

const read = (flags: Record<string, string> = {}, environment: Record<string, string> = {}) =>
  readConfig({ flags: new Map(Object.entries(flags)), environment, folder })

const messageOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return ''
}

const configFile = (content: unknown) =>
  writeFileSync(
    join(folder, 'embedline.config.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  )

test('with nothing set the server is for this machine alone and keeps all in one folder', () => {
  expect(read()).toEqual({
    host: '127.0.0.1',
    port: 8787,
    healthPort: 8788,
    dataFolder: join(folder, 'data'),
    database: { file: join(folder, 'data/embedline.db') },
    vectorIndexLeastChunks: 200_000,
    objectsFolder: join(folder, 'data/objects'),
    storageCacheBytes: 10e9,
    bucketsUrl: `file:${folder}/data/buckets`,
    s3Place: { region: 'us-east-1' },
    hasOwnBuckets: true,
    computeCount: 1,
    computeMemoryBytes: 2e9,
    model: 'builtin',
    aliases: {},
    modelsFolder: join(folder, 'data/models'),
    precisions: { model: 'q8', vision_encoder: 'q8', audio_encoder: 'q8' },
    imageTokens: 70,
    frameTokens: 70,
    secondsPerFrame: 2,
    threads: availableParallelism(),
    hub: { endpoint: 'https://huggingface.co', proxy: {} },
    keys: [],
    fetchAllow: { networks: [], places: new Set() },
    crawlPages: 1_000,
    crawlMs: 600_000,
    crawlDelayMs: 500,
    retentionMs: 7 * 24 * 3_600_000,
    mayReuse: true,
    mostRetentionMs: 90 * 24 * 3_600_000,
    limits: 'ours',
    rateLimits: {},
    logLevel: 'info',
    programEnvironment: {},
  })
})

test('a flag goes before a variable, a variable before the file, the file before the default', () => {
  configFile({ port: 1, compute: 2, limits: 'upstream' })
  const config = read({ port: '3' }, { EMBEDLINE_PORT: '4', EMBEDLINE_COMPUTE: '5' })
  expect(config).toMatchObject({ port: 3, computeCount: 5, limits: 'upstream', retentionMs: 604_800_000 })
})

test('what is worked on, and for how long when it is to stop, can be said', () => {
  expect(read({ only: 'media, text,media', grace: '2m' })).toMatchObject({
    only: ['media', 'text'],
    graceMs: 120_000,
  })
  expect(() => read({ only: 'media,video' })).toThrow(
    'expected some of media, text, fetch, control, with commas',
  )
  expect(read({ 'buckets-url': 'file:/srv' }).hasOwnBuckets).toBe(false)
})

test('what a trained model may cost is set for each of its sessions, and its threads are the cores divided', () => {
  const config = read({ precision: 'q4,audio_encoder=fp32', 'image-tokens': '280', 'frame-seconds': '0.5' })
  expect(config).toMatchObject({
    precisions: { model: 'q4', vision_encoder: 'q4', audio_encoder: 'fp32' },
    imageTokens: 280,
    frameTokens: 70,
    secondsPerFrame: 0.5,
  })
  expect(read({ compute: '200' }).threads).toBe(1)
  expect(read({ threads: '3' }).threads).toBe(3)
})

test.for([
  ['precision', 'fp16', 'expected one of fp32, q8, q4'],
  ['image-tokens', '100', 'expected one of 70, 140, 280, 560, 1120'],
  ['frame-seconds', '0.1', 'expected a number of seconds from 0.5 to 60'],
  ['threads', '0', 'expected a whole number from 1 to 256'],
] as const)('%s cannot be %s', ([flag, text, expectation]) => {
  expect(() => read({ [flag]: text })).toThrow(`--${flag} is "${text}": ${expectation}`)
})

test('what may be fetched beside public addresses is a list of networks and places', () => {
  const { fetchAllow } = read({}, { EMBEDLINE_FETCH_ALLOW: '10.0.0.0/8, minio:9000' })
  expect([fetchAllow.networks.length, [...fetchAllow.places]]).toEqual([1, ['minio 9000']])
  expect(() => read({ 'fetch-allow': '10.0.0.0/99' })).toThrow(
    '--fetch-allow is "10.0.0.0/99": expected networks',
  )
})

test('buckets lie where their URL says, with a place for the name of the account', () => {
  expect(read({ 'buckets-url': 'file:/srv/{account}' }).bucketsUrl).toBe('file:/srv/{account}')
  expect(read({ 'buckets-url': 'file:mine' }).bucketsUrl).toBe(`file:${folder}/mine`)
  for (const template of ['s3:', 's3:docs-', 's3:{account}-', 's3:docs-{account}-'])
    expect(read({ 'buckets-url': template }).bucketsUrl).toBe(template)
  for (const wrong of ['s3://x', 's3:{account}', 's3:X'])
    expect(messageOf(() => read({ 'buckets-url': wrong }))).toContain(`--buckets-url is "${wrong}"`)
})

test('models lie in the data folder or where one says, and are pulled as other programs of the hub are told to', () => {
  expect(read({ data: 'd' }).modelsFolder).toBe(join(folder, 'd/models'))
  expect(read({ models: '/srv/models' }).modelsFolder).toBe('/srv/models')
  const { hub } = read(
    {},
    {
      HF_ENDPOINT: 'https://mirror.example/hf',
      HF_TOKEN: ' secret ',
      HTTP_PROXY: 'proxy:3128',
      https_proxy: 'http://proxy:3129',
      NO_PROXY: '',
    },
  )
  expect(hub).toEqual({
    endpoint: 'https://mirror.example/hf',
    token: 'secret',
    proxy: { http: 'proxy:3128', https: 'http://proxy:3129' },
  })
})

test('a remote model is known by its URL, its name and its dimension, all three of them', () => {
  const needed = {
    'remote-url': 'http://gpu:8080/v1/',
    'remote-model': 'intfloat/multilingual-e5-large',
    'remote-dimension': '1024',
  }
  expect(
    read(needed, { EMBEDLINE_REMOTE_KEY: 'secret', EMBEDLINE_REMOTE_QUERY_PREFIX: 'query: ' }).remote,
  ).toEqual({
    url: 'http://gpu:8080/v1',
    key: 'secret',
    model: 'intfloat/multilingual-e5-large',
    dimension: 1024,
    batchSize: 32,
    concurrency: 4,
    timeoutMs: 60_000,
    queryPrefix: 'query: ',
    documentPrefix: '',
  })
  expect(messageOf(() => read({ 'remote-url': 'http://gpu/v1' }))).toContain(
    'EMBEDLINE_REMOTE_MODEL is missing: a remote model has a URL, a name and a dimension\n  EMBEDLINE_REMOTE_DIMENSION is missing',
  )
  expect(messageOf(() => read({ ...needed, 'remote-url': 'ftp://gpu' }))).toContain('expected a URL such as')
  const message = messageOf(() => read({ ...needed, 'remote-url': 'http://u:pass@gpu', 'remote-key': 'a b' }))
  expect(message).toContain('expected a URL without a user')
  expect(message).toContain('--remote-key: expected')
  expect(message).toContain('"http://…@gpu"')
  expect(message).not.toContain('a b')
  expect(message).not.toContain('pass@')
})

test('an empty variable counts as absent', () => {
  expect(read({}, { EMBEDLINE_PORT: '' }).port).toBe(8787)
})

test('the database and the objects can lie elsewhere, relative paths start where the server is started', () => {
  const config = read({ data: 'd', 'database-url': 'sqlite:///var/x.db', 'storage-url': 'file:objects' })
  expect(config.dataFolder).toBe(join(folder, 'd'))
  expect(config.database).toEqual({ file: '/var/x.db' })
  expect(config.objectsFolder).toBe(join(folder, 'objects'))
})

test('stored bytes lie in a bucket of S3, below a prefix', () => {
  const config = read(
    { 'storage-url': 's3://media-files/embedline/', 's3-endpoint': 'http://minio:9000' },
    { AWS_REGION: 'eu-central-1', AWS_SECRET_ACCESS_KEY: 'secret' },
  )
  const s3 = { bucket: 'media-files', endpoint: 'http://minio:9000', region: 'eu-central-1' }
  expect(config.s3).toEqual({ ...s3, prefix: 'embedline/' })
  expect(config.objectsFolder).toBe(join(folder, 'data/s3'))
  expect(JSON.stringify(config)).not.toContain('secret')
  expect(read({ 'storage-url': 's3://media-files' }).s3).toMatchObject({ prefix: '', region: 'us-east-1' })
  const own = read({ 'storage-url': 's3://media-files', 's3-region': 'here' }, { AWS_REGION: 'there' })
  expect(own.s3?.region).toBe('here')
})

test.for([
  's3:bucket',
  's3://',
  's3://A',
  's3://key:secret@bucket',
  's3://bucket/a b',
  's3://bucket//a',
  's3://bucket?x',
])('the place %s is refused, and no password is shown', (url) => {
  const message = messageOf(() => read({ 'storage-url': url }))
  expect(message).toContain('expected s3://bucket or s3://bucket/prefix')
  expect(message).not.toContain('secret')
})

test('the database can be one of PostgreSQL, whose password no message tells', () => {
  const url = 'postgres://me:hidden@db.internal:5433/embedline?sslmode=verify-full'
  expect(read({}, { EMBEDLINE_DATABASE_URL: url }).database).toEqual({ url })
  expect(read({ 'database-url': 'postgresql://db/embedline' }).database).toEqual({
    url: 'postgresql://db/embedline',
  })
  const message = messageOf(() => read({ 'database-url': 'postgres://me:hidden@db.internal' }))
  expect(message).toContain('expected sqlite:<file>, or a URL such as postgres://')
  expect(message).not.toContain('hidden')
})

test('keys are any text without comma and equals sign, each with its account', () => {
  expect(read({}, { EMBEDLINE_KEYS: 'k-1=acme, k/2 =beta' }).keys).toEqual([
    { key: 'k-1', account: 'acme' },
    { key: 'k/2', account: 'beta' },
  ])
})

test('every bad value is named at once, with where it was set and what was expected', () => {
  configFile({ compute: true, colour: 'red', logLevel: 'loud' })
  const message = messageOf(() =>
    read(
      { port: '99999', 'database-url': 'postgres://x', 'storage-url': 's3://b_', aliases: 'clip' },
      { EMBEDLINE_RETENTION: '7 days', EMBEDLINE_LIMITS: 'none', EMBEDLINE_COMPUTE_MEMORY: '1MB' },
    ),
  )
  expect(message.split('\n  ')).toEqual([
    'The configuration cannot be used:',
    'compute in embedline.config.json: expected a text or a number',
    'colour in embedline.config.json: there is no such setting',
    '--port is "99999": expected a whole number from 0 to 65535',
    '--database-url is "postgres://x": expected sqlite:<file>, or a URL such as postgres://user:password@host/database?sslmode=verify-full',
    '--storage-url is "s3://b_": expected s3://bucket or s3://bucket/prefix, without a user or a password',
    'EMBEDLINE_COMPUTE_MEMORY is "1MB": expected a size of at least 300MB, such as 512MB or 4GB',
    '--aliases is "clip": expected name=model pairs with commas between them',
    'EMBEDLINE_RETENTION is "7 days": expected a duration such as 30m, 12h or 7d',
    'EMBEDLINE_LIMITS is "none": expected one of ours, upstream',
    'logLevel in embedline.config.json is "loud": expected one of debug, info, warn, error',
  ])
})

test.each(['nonsense', 'a=', '=b', 'a=b=c', 'a=x,a=y', 'a=x,'])(
  'bad keys %j are refused, not printed',
  (keys) => {
    const message = messageOf(() => read({ keys }))
    expect(message).toContain('--keys: expected')
    expect(message).not.toContain(keys)
  },
)

test('a port that is no number is refused, whatever shape it has', () => {
  // Kubernetes sets EMBEDLINE_PORT like this for a service that is named embedline.
  for (const port of ['tcp://10.0.0.1:80', '-1', '1.5', '0x50', '1e3', ' 80']) {
    expect(messageOf(() => read({}, { EMBEDLINE_PORT: port }))).toContain('expected a whole number')
  }
})

test('loopback is what only this machine can reach', () => {
  for (const host of ['localhost', '127.0.0.1', '127.0.0.2', '::1']) expect(isLoopback(host)).toBe(true)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.0.0.1.example.com'])
    expect(isLoopback(host)).toBe(false)
})

test('a configuration file that is no JSON object is named', () => {
  configFile('[1]')
  expect(messageOf(() => read())).toContain('embedline.config.json: expected an object')
  configFile('{')
  expect(messageOf(() => read())).toContain('embedline.config.json: ')
})

test('outside programs see no key and no secret of the environment', () => {
  const environment = { PATH: '/bin', TMPDIR: '/t', EMBEDLINE_KEYS: 'k=a', AWS_SECRET_ACCESS_KEY: 's' }
  expect(read({}, environment).programEnvironment).toEqual({ PATH: '/bin', TMPDIR: '/t' })
})

test('indexes of neighbours begin at a number of chunks, or are off', () => {
  expect(read({ 'vector-index': '50000' })).toMatchObject({ vectorIndexLeastChunks: 50_000 })
  expect(read({ 'vector-index': 'off' })).not.toHaveProperty('vectorIndexLeastChunks')
  expect(messageOf(() => read({ 'vector-index': '0' }))).toMatch(/a number of chunks, or off/)
})
