import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readConfig, type Config } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Opened } from '../../lib/closing.ts'
import { callOf, installation } from '../../lib/installation.ts'
import { findTools, type Tools } from '../../media/tools.ts'
import { version } from '../../version.ts'
import type { Output } from '../command.ts'
import { clipTable, clockTime, hitTable } from './clipTable.ts'
import { curlLines } from './curlLines.ts'
import { embedMedia, seconds, uploadMedia, type EmbeddedMedia, type JourneyParts } from './journey.ts'
import { ensureLoopback } from './loopback.ts'
import { openClient } from './openClient.ts'
import { openOwnServer } from '../ownServer.ts'
import { progressBar } from '../progressBar.ts'
import { extractFrame, middleSubtitle } from './questions.ts'
import { nearestClips } from './vectors.ts'
import { DEMO_FRAME_SEC, DEMO_QUERY, makeDemoVideo, subtitleAt } from './video.ts'

export interface StoryParts {
  flags: ReadonlyMap<string, string>
  /** The user's own media; undefined: the demo makes a video. */
  file: string | undefined
  /** Say at the end how to reach the server, because it stays. */
  keep: boolean
  output: Output
  signal: AbortSignal
  /** Everything that is opened is put here, also when the story ends early; the caller closes it. */
  opened: Opened[]
}

/** What the chapters after the start share. */
interface Scene extends JourneyParts {
  output: Output
  tools: Tools
  /** The media, and whether it is the user's. */
  file: string
  isOwn: boolean
}

/** From an empty folder to answers. Throws what goes wrong, or what comes of an aborted signal. */
export async function tellStory({ flags, file, keep, output, signal, opened }: StoryParts): Promise<void> {
  const { ffmpeg, programEnvironment } = readConfig({ flags })
  const ownFile = file === undefined ? undefined : await existingFile(file)
  await ensureLoopback(programEnvironment)
  output.write(`Embedline ${version}: media becomes vectors, on this machine alone.\n`)
  const startedMs = systemClock.nowMs()
  const call = callOf(installation())

  const configure = demoConfig({ programEnvironment, ...(ffmpeg !== undefined && { ffmpeg }) })
  const { folder, server, key } = await openOwnServer(configure, signal, opened)
  chapter(output, 'The server')
  output.write(`   ${server.url}, up in ${seconds(systemClock.nowMs() - startedMs)}\n`)
  output.write(`   model ${server.modelLine}\n`)
  const client = await openClient(server.url, key)
  output.write(`   asked by ${client.name}\n`)

  chapter(output, 'The media')
  const tools = findTools(ffmpeg === undefined ? {} : { ffmpeg })
  const bar = progressBar(output)
  if (ownFile === undefined) bar.show('making a video of 60 s', 0)
  const media = ownFile ?? (await makeDemoVideo(tools, folder, signal))
  if (ownFile === undefined) bar.done(`${media}: six scenes, sound, subtitles`)
  const scene: Scene = {
    client,
    bar,
    clock: systemClock,
    signal,
    output,
    tools,
    file: media,
    isOwn: ownFile !== undefined,
  }
  const uploaded = await uploadMedia(scene, media)

  chapter(output, 'The embeddings')
  const embedded = await embedMedia(scene, uploaded)
  output.write(`\n${clipTable(embedded.vectors)}`)
  for (const warning of embedded.warnings) output.write(`   note: ${warning}\n`)

  const query = scene.isOwn ? await middleSubtitle(tools, media, signal) : DEMO_QUERY
  const frameSec = scene.isOwn ? Math.floor(embedded.durationSec / 2) : DEMO_FRAME_SEC
  await findByText(scene, embedded, query)
  if (uploaded.input === 'video') await findByPicture(scene, embedded, frameSec)

  chapter(output, 'The same with curl')
  if (!keep)
    output.write(`   against a server that ${call} serve starts; ASSET and TASK are the ids it answers:\n`)
  const lines = curlLines({
    url: keep ? server.url : 'http://127.0.0.1:8787',
    keyFile: keep ? (server.keyFile ?? '') : 'data/admin.key',
    file: keep || scene.isOwn ? media : 'my.mp4',
    input: uploaded.input,
    query,
    frameSec,
  })
  for (const line of lines) output.write(`   ${line}\n`)
  chapter(output, 'Done')
  output.write(`   ${seconds(systemClock.nowMs() - startedMs)} in all. `)
  output.write(keep ? 'Running until Ctrl-C:\n' : `For real use: ${call} serve\n`)
  if (keep) output.write(`   URL    ${server.url}\n   key    ${key}\n   media  ${media}\n`)
}

const chapter = (output: Output, title: string): void => output.write(`\n${title}\n`)

async function existingFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() === true) return resolve(path)
  throw new EmbedlineError('request_invalid', `there is no file ${path}`)
}

/** Without the user's settings: the demo must not touch a real database, and nothing of it depends on them. */
const demoConfig =
  ({ ffmpeg, programEnvironment }: Pick<Config, 'ffmpeg' | 'programEnvironment'>) =>
  (dataFolder: string, folder: string): Config =>
    readConfig({
      flags: new Map([
        ['port', '0'],
        ['data', dataFolder],
        ['log-level', 'error'],
        ...(ffmpeg === undefined ? [] : [['ffmpeg', ffmpeg] as const]),
      ]),
      environment: programEnvironment,
      folder,
    })

async function findByText(
  scene: Scene,
  { vectors }: EmbeddedMedia,
  query: string | undefined,
): Promise<void> {
  const { output, client, signal, isOwn } = scene
  chapter(output, 'A moment by words, through the subtitles')
  if (query === undefined || !vectors.some(({ option }) => option === 'transcription')) {
    output.write('   There is no subtitle track, and the built-in model does not write down speech.\n')
    return
  }
  output.write(`   "${query}"\n`)
  const hits = nearestClips(await client.embedText(query, signal), vectors, 'transcription')
  output.write(hitTable(hits))
  const said = isOwn ? undefined : subtitleAt(hits[0]?.vector.startSec ?? 0)
  if (said !== undefined) output.write(`   There it says: ${said}\n`)
}

async function findByPicture(scene: Scene, { vectors }: EmbeddedMedia, atSec: number): Promise<void> {
  const { output, client, tools, file, signal } = scene
  chapter(output, 'A scene by a picture')
  const picture = await extractFrame(tools, file, atSec, signal)
  output.write(`   the frame at ${clockTime(atSec)}, sent as PNG\n`)
  output.write(hitTable(nearestClips(await client.embedPicture(picture, signal), vectors, 'visual')))
}
