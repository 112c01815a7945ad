import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { madeText } from '../../test/support/madeMedia.ts'
import { readSubtitles } from './readSubtitles.ts'

test('the lines of WebVTT come in order of time, without marks, with the voice that speaks', async () => {
  const file = await madeText(
    'talk.vtt',
    'WEBVTT\n\n00:05.000 --> 00:06.000\n<v Bob>Later.\n\n1\n00:01.000 --> 00:02.500 line:0\n<v.loud Anna>Hello <i>you</i>\n\n' +
      '00:03.000 --> 00:04.000\n<v Anna>Hm. <v Bob>Yes.\n',
  )
  expect(await readSubtitles(file, 'talk.vtt')).toEqual([
    { startSec: 1, endSec: 2.5, text: 'Hello you', speaker: 'Anna' },
    { startSec: 3, endSec: 4, text: 'Hm. Yes.' },
    { startSec: 5, endSec: 6, text: 'Later.', speaker: 'Bob' },
  ])
})

test('SRT is read in an older charset, and without the extension of its name', async () => {
  const line = 'Grün wäre schön, größer wäre schöner, und süß schmeckt Öl nicht für Bären.'
  const file = await madeText('old.srt', '')
  await writeFile(file, Buffer.from(`1\r\n00:00:01,000 --> 00:00:02,000\r\n${line}\r\n`, 'latin1'))
  expect(await readSubtitles(file, 'subtitles')).toEqual([{ startSec: 1, endSec: 2, text: line }])
})

test('what is no subtitles is refused', async () => {
  const page = await madeText('page.html', '<html><body>Hello</body></html>')
  await expect(readSubtitles(page, 'page.html')).rejects.toMatchObject({ code: 'no_transcript' })
  const empty = await madeText('empty.vtt', 'WEBVTT\n\nNOTE nobody speaks\n')
  await expect(readSubtitles(empty, 'empty.vtt')).rejects.toMatchObject({ code: 'no_transcript' })
})
