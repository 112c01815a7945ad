import { readFile, truncate, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { inspect } from './inspect.ts'
import { findTools } from './tools.ts'

const tools = findTools()
const options = { limits: limitsNamed('ours') }
const words = (text: string): string[] => text.split(' ')
const look = (file: string) => inspect(tools, file, options)

const PICTURES = words('-f lavfi -i testsrc2=size=64x48:rate=25:duration=8')
const TONE = words('-f lavfi -i sine=duration=8')

test('a video with sound tells its tracks, its length and its size', async () => {
  const file = await madeMedia('plain.mp4', [
    ...PICTURES,
    ...TONE,
    ...words('-c:v libx264 -pix_fmt yuv420p -c:a aac'),
  ])
  const facts = await look(file)
  expect(facts).toMatchObject({
    container: 'mov,mp4,m4a,3gp,3g2,mj2',
    isPicture: false,
    seeksExactly: true,
    video: { codec: 'h264', width: 64, height: 48, framesPerSec: 25, rotationDeg: 0 },
    audio: { codec: 'aac', sampleRateHz: 44_100, channels: 1 },
    subtitles: [],
    warnings: [],
  })
  expect(facts.durationSec).toBeCloseTo(8, 1)
  expect(facts.sizeBytes).toBe((await readFile(file)).length)
})

test('of several audio tracks the first is used, and the others are named in a warning', async () => {
  const file = await madeMedia('two.mkv', [
    ...PICTURES,
    ...TONE,
    ...words('-f lavfi -i sine=duration=8:sample_rate=22050 -map 0 -map 1 -map 2 -c:v mpeg4 -c:a flac'),
  ])
  const facts = await look(file)
  expect(facts.audio).toMatchObject({ stream: 1, sampleRateHz: 44_100 })
  expect(facts.warnings).toMatchObject([{ code: 'extra_streams_ignored', option: 'audio' }])
})

test('the cover of a song is no video', async () => {
  const cover = await madeMedia('cover.png', words('-f lavfi -i color=red:size=32x32 -frames:v 1'))
  const file = await madeMedia('song.mp3', [
    ...TONE,
    ...['-i', cover, '-map', '0', '-map', '1', '-c:a', 'libmp3lame', '-disposition:v', 'attached_pic'],
  ])
  const facts = await look(file)
  expect(facts.video).toBeUndefined()
  expect(facts).toMatchObject({ audio: { codec: 'mp3' }, seeksExactly: false, warnings: [] })
  expect(facts.durationSec).toBeCloseTo(8, 1)
})

test('a recording that was streamed and says no length is measured', async () => {
  const file = await madeMedia('live.webm', [
    ...PICTURES,
    ...words('-c:v libvpx -deadline realtime -cpu-used 8 -live 1'),
  ])
  const facts = await look(file)
  expect(facts).toMatchObject({ seeksExactly: false, warnings: [] })
  expect(facts.durationSec).toBeCloseTo(8, 1)
})

test('a file that was cut off is as long as what is left of it', async () => {
  const whole = await madeMedia('fast.mp4', [
    ...PICTURES,
    ...words('-c:v libx264 -pix_fmt yuv420p -movflags +faststart'),
  ])
  const bytes = await readFile(whole)
  const cut = `${whole}.cut.mp4`
  await writeFile(cut, bytes)
  await truncate(cut, Math.floor(bytes.length * 0.6))
  const facts = await look(cut)
  expect(facts.durationSec).toBeGreaterThan(2)
  expect(facts.durationSec).toBeLessThan(7)
  expect(facts.warnings).toMatchObject([{ code: 'media_truncated', startSec: facts.durationSec, endSec: 8 }])
})

test('a video whose only keyframe is far from its end is read once', async () => {
  const file = await madeMedia('rare.mp4', [
    ...words('-f lavfi -i testsrc2=size=32x32:rate=2:duration=200'),
    ...words('-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 9999 -sc_threshold 0'),
  ])
  expect(await look(file)).toMatchObject({ seeksExactly: false, durationSec: 200, warnings: [] })
})

test('a track that cannot be decoded is left out with a warning', async () => {
  const whole = await madeMedia('plain.mp4', [
    ...PICTURES,
    ...TONE,
    ...words('-c:v libx264 -pix_fmt yuv420p -c:a aac'),
  ])
  const bytes = await readFile(whole)
  // The name of the video codec in the sample description becomes one that nobody knows.
  bytes.write('zzzz', bytes.indexOf('avc1', bytes.indexOf('stsd')))
  const file = `${whole}.unknown.mp4`
  await writeFile(file, bytes)
  const facts = await look(file)
  expect(facts.video).toBeUndefined()
  expect(facts.audio).toMatchObject({ codec: 'aac' })
  expect(facts.warnings).toMatchObject([{ code: 'media_damaged', option: 'visual' }])
})

test.each([
  ['list.m3u8', '#EXTM3U\n#EXTINF:5,\nplain.mp4\n#EXT-X-ENDLIST\n', 'a playlist'],
  ['list.ffconcat', "ffconcat version 1.0\nfile 'plain.mp4'\n", 'a playlist'],
  ['page.mp4', '<!DOCTYPE html><html></html>', 'an HTML page'],
])('%s opens no other file: it is refused as what it is', async (name, text, what) => {
  const beside = await madeMedia('plain.mp4', [
    ...PICTURES,
    ...TONE,
    ...words('-c:v libx264 -pix_fmt yuv420p -c:a aac'),
  ])
  const file = `${beside}-${name}`
  await writeFile(file, text)
  await expect(look(file)).rejects.toMatchObject({
    code: 'media_unreadable',
    message: `The file is ${what}: no video, sound or picture.`,
  })
})

test('a list of files that is disguised by binary bytes is refused by the list of containers', async () => {
  const beside = await madeMedia('plain.mp4', [
    ...PICTURES,
    ...TONE,
    ...words('-c:v libx264 -pix_fmt yuv420p -c:a aac'),
  ])
  const file = `${beside}.hidden.ffconcat`
  await writeFile(file, `ffconcat version 1.0\nfile '${beside}'\n#\0\n`)
  await expect(look(file)).rejects.toMatchObject({ code: 'media_unreadable' })
})

test('a file that was deleted meanwhile is no bug', async () => {
  await expect(look('/nowhere/deleted.mp4')).rejects.toMatchObject({ code: 'input_missing' })
})
