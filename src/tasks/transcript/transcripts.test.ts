import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { REQUEST, taskRoom, type TaskRoom } from '../../../test/support/taskRoom.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { MediaRequest } from '../../domain/taskRequest.ts'
import { createAsset, deleteAsset, getAsset } from '../assets.ts'
import { createMediaTask } from '../create.ts'
import { embedMediaNow } from '../embedMediaNow.ts'
import { getTask } from '../get.ts'
import { getTranscript } from './getTranscript.ts'

/** A room whose files that begin with `-->` are subtitles of one line, which is their content. */
async function subtitleRoom(): Promise<TaskRoom> {
  const room = await taskRoom()
  const { compute } = room
  compute.facts = { ...compute.facts, durationSec: 12 }
  compute.inspect = async (file) => {
    if ((await readFile(file, 'utf8')).startsWith('-->'))
      throw new EmbedlineError('media_unreadable', 'The file is subtitles without a video.')
    return compute.facts
  }
  compute.readCues = async (_file, stream) => [{ startSec: 1, endSec: 2, text: `own ${stream}` }]
  compute.readSubtitles = async (file) => {
    const text = await readFile(file, 'utf8')
    if (text.startsWith('-->')) return [{ startSec: 1, endSec: 2, text: text.slice(3) }]
    throw new EmbedlineError('no_transcript', 'The file is neither SRT nor WebVTT.')
  }
  return room
}

async function add(
  room: TaskRoom,
  content: string,
  userMetadata?: Record<string, string>,
  filename = 'a.vtt',
) {
  room.clock.advance(1000)
  const received = await room.received(content)
  const order = { received, filename, ...(userMetadata && { userMetadata }) }
  return (await createAsset(room.parts, room.account, order)).id
}

const addVideo = (room: TaskRoom, userMetadata?: Record<string, string>) =>
  add(room, 'a video', userMetadata, 'clip.mp4')

const request = (change: Partial<MediaRequest> = {}): MediaRequest => ({
  ...REQUEST,
  modalities: ['visual', 'transcription'],
  modalitiesNamed: true,
  ...change,
})

/** Embeds an asset, and returns the lines that its clips were embedded with. */
async function linesOf(room: TaskRoom, assetId: string, change: Partial<MediaRequest> = {}) {
  const lines: string[] = []
  room.compute.beforeSlice = ({ cues }) => void lines.push(...cues.map(({ text }) => text))
  const order = { modelName: 'tiny', request: request(change), source: { assetId } }
  const { id } = await createMediaTask(room.parts, room.account, order)
  await room.drain()
  return { lines, task: await getTask(room.parts, room.account.id, id) }
}

const own = (stream: number, language?: string) => ({
  stream,
  codec: 'subrip',
  ...(language && { language }),
})

const never = new AbortController().signal

const transcriptOf = (room: TaskRoom, assetId: string, language?: string) =>
  getTranscript(room.parts, room.account, { assetId, language }, never)

test('subtitles that are put beside a video are what is said in it', async () => {
  const room = await subtitleRoom()
  const video = await addVideo(room)
  await room.drain()
  await expect(linesOf(room, video)).rejects.toMatchObject({ field: 'modalities' })

  const beside = await add(room, '-->hello', { transcript_of: video, language: 'en' })
  await room.drain()
  expect(await getAsset(room.parts, room.account.id, beside)).toMatchObject({
    state: 'ready',
    mimeType: 'text/vtt',
  })
  const { lines, task } = await linesOf(room, video)
  expect(lines).toEqual(['hello'])
  expect(task).toMatchObject({ state: 'ready', warnings: [] })
  expect(await transcriptOf(room, video)).toMatchObject({
    state: 'ready',
    cues: [{ text: 'hello' }],
    track: { language: 'en' },
  })
  expect(await transcriptOf(room, beside)).toMatchObject({ state: 'ready', cues: [{ text: 'hello' }] })
})

test('they go before those that are in the video, and the language may be chosen', async () => {
  const room = await subtitleRoom()
  room.compute.facts = { ...room.compute.facts, subtitles: [own(2, 'ger'), own(3, 'fre')] }
  const video = await addVideo(room)
  const german = await addVideo(room, { transcript_language: 'de' })
  for (const id of [video, german]) {
    await add(room, '-->hello', { transcript_of: id, language: 'en-GB' })
    await add(room, '-->ciao', { transcript_of: id, language: 'it' })
  }
  await room.drain()
  expect((await linesOf(room, video)).lines).toEqual(['hello'])
  const chosen = await linesOf(room, german)
  expect(chosen.lines).toEqual(['own 2'])
  expect(chosen.task?.warnings).toEqual([])
  const textIn = async (language?: string) => {
    const transcript = await transcriptOf(room, video, language)
    return transcript.state === 'ready' ? transcript.cues[0]?.text : undefined
  }
  expect(await textIn()).toBe('hello')
  expect(await textIn('it')).toBe('ciao')
  expect(await textIn('en')).toBe('hello')
  expect(await textIn('fr')).toBe('own 3')
  await expect(textIn('es')).rejects.toMatchObject({ code: 'not_found' })
  expect(await transcriptOf(room, german)).toMatchObject({ track: { stream: 2 }, tracks: { length: 4 } })
})

test('a plan waits for subtitles that are still looked at', async () => {
  const room = await subtitleRoom()
  const video = await addVideo(room)
  await room.drain()
  await add(room, '-->late', { transcript_of: video })
  expect(await transcriptOf(room, video)).toEqual({ state: 'processing' })
  const order = { modelName: 'tiny', request: request(), source: { assetId: video } }
  await expect(embedMediaNow(room.parts, room.account, order, never)).rejects.toMatchObject({
    code: 'request_invalid',
    field: 'assetId',
  })
  const { lines } = await linesOf(room, video)
  room.clock.advance(60_000)
  await room.drain()
  expect(lines).toEqual(['late'])
})

test('a file that is put beside a video and is no subtitles fails', async () => {
  const room = await subtitleRoom()
  const video = await addVideo(room)
  const broken = await add(room, 'no subtitles', { transcript_of: video }, 'a.txt')
  room.compute.inspect = async () => {
    throw new EmbedlineError('media_unreadable', 'The file is a text file.')
  }
  await room.drain()
  expect(await getAsset(room.parts, room.account.id, broken)).toMatchObject({
    state: 'failed',
    failure: { code: 'no_transcript' },
  })
})

test('a failed track is passed over with a warning', async () => {
  const room = await subtitleRoom()
  room.compute.facts = { ...room.compute.facts, subtitles: [own(2)] }
  const video = await addVideo(room)
  await room.drain()
  const inspect = room.compute.inspect.bind(room.compute)
  room.compute.inspect = async () => {
    throw new EmbedlineError('media_unreadable', 'The file is a text file.')
  }
  const broken = await add(room, 'no subtitles', { transcript_of: video })
  await room.drain()
  room.compute.inspect = inspect
  const { lines, task } = await linesOf(room, video)
  expect(lines).toEqual(['own 2'])
  expect(task).toMatchObject({ state: 'partial' })
  expect(task?.warnings.map(({ code }) => code)).toEqual(['extra_streams_ignored', 'subtitles_unreadable'])
  expect(task?.warnings[1]?.message).toContain(broken)
  expect(await transcriptOf(room, video)).toMatchObject({
    state: 'failed',
    failure: { code: 'asset_failed' },
  })
})

test('they are used at once too, and no more when they are deleted', async () => {
  const room = await subtitleRoom()
  const video = await addVideo(room)
  const beside = await add(room, '-->hello', { transcript_of: video })
  await room.drain()
  const lines: string[] = []
  room.compute.beforeSlice = ({ cues }) => void lines.push(...cues.map(({ text }) => text))
  const order = { modelName: 'tiny', request: request(), source: { assetId: video } }
  await embedMediaNow(room.parts, room.account, order, never)
  expect(lines).toEqual(['hello'])
  await deleteAsset(room.parts, room.account.id, beside)
  await expect(embedMediaNow(room.parts, room.account, order, never)).rejects.toMatchObject({
    field: 'modalities',
  })
  await expect(transcriptOf(room, video)).rejects.toMatchObject({ code: 'not_found' })
})

test('the assets of another account are put beside nothing', async () => {
  const room = await subtitleRoom()
  const video = await addVideo(room)
  const received = await room.received('-->foreign')
  await createAsset(room.parts, room.otherAccount, {
    received,
    filename: 'a.vtt',
    userMetadata: { transcript_of: video },
  })
  await room.drain()
  await expect(transcriptOf(room, video)).rejects.toMatchObject({ code: 'not_found' })
})
