import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { madeMedia, madeText, scenes } from '../../support/madeMedia.ts'
import type { TestServer } from '../../support/withServer.ts'
import type { Answer } from '../rule.ts'
import { asks, type Asks } from './ask.ts'

/** Servers: one where all tasks have ended, one that only takes tasks and never works on them, one with limits. */
export interface World extends Asks {
  /** Of a web site that has the files. */
  site: string
  /** By name: `video`, `still`, `sound`, of which a video of six seconds, a picture and a tone. */
  files: Readonly<Record<FileName, { path: string; bytes: Buffer }>>
  /** Assets that are looked at: those of the files, `silent` without a sound, `broken` that is no media. */
  assets: Readonly<Record<string, string>>
  /** Tasks that have ended, by name. */
  tasks: Readonly<Record<string, string>>
  idle: Asks & {
    url: string
    /** The oldest first. */
    tasks: readonly string[]
    /** Of another account. */
    strange: { asset: string; task: string }
  }
  /** Takes ten requests of a key a day. */
  limited: Asks
  /** Creates a task on the first server and waits for its end. */
  embedded: (body: object) => Promise<Answer>
  /** A video on the first server with these fields, until its end. */
  video: (fields?: object, top?: object) => Promise<Answer>
}

export type FileName = 'video' | 'still' | 'sound' | 'silent' | 'broken'

export const OTHER_KEY = 'key-of-two'
export const NOBODY = '64f8d2c7e4a1b37f8a9c5d12'
export const TASKS = '/embed-v2/tasks'

interface Servers {
  server: TestServer
  idle: TestServer
  limited: TestServer
  site: string
}

/** Uploads the files, embeds some of them and waits for every end. */
export async function makeWorld({ server, idle, limited, site }: Servers): Promise<World> {
  const own = asks(server.url, server.key)
  const waiting = asks(idle.url, idle.key)
  const embedded = (body: object) => untilEnd(own, TASKS, body)
  const files = await makeFiles()
  const assets: Record<string, string> = {}
  for (const name of Object.keys(files) as FileName[])
    assets[name] = await upload(own, name, files[name].path)
  const video: World['video'] = (fields = {}, top = {}) =>
    embedded({
      input_type: 'video',
      video: { media_source: { asset_id: assets['video'] }, ...fields },
      ...top,
    })
  const world: World = {
    ...own,
    site,
    files,
    assets,
    tasks: {},
    idle: { ...waiting, url: idle.url, tasks: [], strange: await strangersThings(idle) },
    limited: asks(limited.url, limited.key),
    embedded,
    video,
  }
  for (let count = 0; count < 3; count++)
    world.idle = { ...world.idle, tasks: [...world.idle.tasks, idOf(await take(waiting))] }
  for (const [name, answer] of Object.entries(await firstTasks(world)))
    Object.assign(world.tasks, { [name]: idOf(answer) })
  return world
}

const firstTasks = async ({ embedded, video, assets, files }: World) => ({
  video: await video({
    segmentation: { strategy: 'fixed', fixed: { duration_sec: 3 } },
    embedding_option: ['visual', 'audio'],
    embedding_type: ['separate_embedding', 'fused_embedding'],
  }),
  sound: await embedded({
    input_type: 'audio',
    audio: { media_source: { asset_id: assets['sound'] }, embedding_option: ['audio'] },
  }),
  silent: await video({ media_source: { asset_id: assets['silent'] } }),
  failed: await video({ media_source: { base64_string: files.broken.bytes.toString('base64') } }),
  newer: await video({ embedding_scope: ['local'] }, { model_name: 'marengo3.5' }),
})

async function makeFiles(): Promise<World['files']> {
  const paths: Record<FileName, string> = {
    video: await scenes(6),
    still: await madeMedia('square.png', ['-f', 'lavfi', '-i', 'testsrc2', '-frames:v', '1']),
    sound: await madeMedia('tone.wav', ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=6']),
    silent: await madeMedia('silent.mp4', ['-f', 'lavfi', '-i', 'testsrc2=size=160x120:rate=10', '-t', '6']),
    broken: await madeText('broken.mp4', '\u0000\u0001\u0002 no media at all \u0000'),
  }
  const entries = Object.entries(paths).map(async ([name, path]) => [
    name,
    { path, bytes: await readFile(path) },
  ])
  return Object.fromEntries(await Promise.all(entries)) as World['files']
}

async function upload({ client, get }: Asks, name: FileName, path: string): Promise<string> {
  const { given } = await client(({ assets }) =>
    assets.create({ method: 'direct', file: createReadStream(path), filename: `${name}-1` }),
  )
  const { id = '' } = given as { id?: string }
  await untilDone(() => get(`/assets/${id}`))
  return id
}

async function strangersThings(idle: TestServer) {
  const other = asks(idle.url, OTHER_KEY)
  const { body } = await other.form('/assets', [
    ['method', 'direct'],
    ['file', 'x', 'a.mp4'],
  ])
  return { asset: (body as { _id: string })._id, task: idOf(await take(other)) }
}

/** A create that only names a few bytes. */
export const take = ({ post }: Pick<Asks, 'post'>): Promise<Answer> =>
  post(TASKS, { input_type: 'video', video: { media_source: { base64_string: 'QUJD' } } })

async function untilEnd(own: Asks, path: string, body: object): Promise<Answer> {
  const id = idOf(await own.post(path, body))
  return untilDone(() => own.get(`${path}/${id}`))
}

const POLL_MS = 30

/** Polls until whatever is asked for is not processed any more. */
export async function untilDone(look: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await look()
    const { status } = answer.body as { status?: string }
    if (status !== 'processing') return answer
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

export const idOf = ({ body }: Answer): string => {
  const { _id: id } = body as { _id?: string }
  if (id === undefined) throw new Error(`nothing was made: ${JSON.stringify(body)}`)
  return id
}
