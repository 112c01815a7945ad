import { expect, test } from 'vitest'
import { madeMedia, madeText } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { parseSrt, readCues } from './cues.ts'
import { inspect } from './inspect.ts'
import { findTools } from './tools.ts'

const tools = findTools()
const options = { limits: limitsNamed('ours') }

const SRT = `1
00:00:00,500 --> 00:00:01,500
<i>Hello,</i>
world

2
00:00:02,000 --> 00:00:03,250
{\\an8}5 & "so" on

`

test.each([
  ['subrip', 'mkv', 'srt'],
  ['mov_text', 'mp4', 'mov_text'],
  ['webvtt', 'webm', 'webvtt'],
  ['ass', 'mkv', 'ass'],
])('a track of %s gives its lines as plain text', async (codec, extension, encoder) => {
  const video = extension === 'webm' ? 'libvpx' : 'mpeg4'
  const file = await madeMedia(`subtitled-${codec}.${extension}`, [
    ...[
      '-f',
      'lavfi',
      '-i',
      'color=red:size=32x32:rate=5:duration=4',
      '-i',
      await madeText('lines.srt', SRT),
    ],
    ...['-map', '0:v', '-map', '1:s', '-c:v', video, '-c:s', encoder, '-metadata:s:s:0', 'language=eng'],
  ])
  const { subtitles } = await inspect(tools, file, options)
  expect(subtitles).toMatchObject([{ codec, language: 'eng' }])
  const cues = await readCues(tools, file, subtitles[0]!.stream, options)
  expect(cues.map(({ text }) => text)).toEqual(['Hello, world', '5 & "so" on'])
  expect(cues[0]!.startSec).toBeCloseTo(0.5, 1)
  expect(cues[1]!.endSec).toBeCloseTo(3.25, 1)
})

test('a track that is not there cannot be read', async () => {
  const file = await madeMedia(
    'mute.mp4',
    '-f lavfi -i color=red:size=32x32:rate=5:duration=2 -c:v mpeg4'.split(' '),
  )
  await expect(readCues(tools, file, 7, options)).rejects.toMatchObject({ code: 'media_unreadable' })
})

test('lines that say nothing are left out, and the others are in order of time', () => {
  const srt =
    '1\n00:00:05,000 --> 00:00:06,000\nlater\n\n2\n00:00:01,000 --> 00:00:02,000\n<b> </b>\n\n3\n00:00:00,000 --> 00:00:01,000\n12\n\n'
  expect(parseSrt(srt)).toEqual([
    { startSec: 0, endSec: 1, text: '12' },
    { startSec: 5, endSec: 6, text: 'later' },
  ])
})

test('marks of style go, other angle brackets stay', () => {
  const srt =
    '1\n00:00:00,000 --> 00:00:01,000\n<font color="#fff">a</font> <v Anna>b</v> {\\pos(1,2)}c\\Nd <3 e\n'
  expect(parseSrt(srt)[0]!.text).toBe('a b c d <3 e')
})
