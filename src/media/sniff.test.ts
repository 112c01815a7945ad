import { expect, test } from 'vitest'
import { sniffBytes } from './sniff.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

test.each([
  ['jpeg', '\xff\xd8\xff\xe0'],
  ['png', '\x89PNG\r\n\x1a\n'],
  ['webp', 'RIFF\0\0\0\0WEBPVP8 '],
  ['avif', '\0\0\0\x1cftypavif\0\0\0\0'],
  ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avif'],
  ['heic', '\0\0\0\x1cftypheic\0\0\0\0'],
  ['bmp', `BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0${'\0'.repeat(40)}`],
  ['tiff', 'MM\0*\0\0'],
])('the first bytes of a %s tell that it is a picture', (format, head) => {
  expect(sniffBytes(bytes(head))).toEqual({ kind: 'picture', format })
})

test.each([
  ['an empty file', ''],
  ['a PDF document', '%PDF-1.7\n%\xe2\xe3'],
  ['a zip archive', 'PK\x03\x04\x14\0some.bin'],
  ['a PowerPoint document', 'PK\x03\x04\x14\0[Content_Types].xml…ppt/presentation.xml'],
  ['a playlist', '#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n'],
  ['a playlist', "ffconcat version 1.0\nfile '/etc/passwd'\n"],
  ['subtitles without a video', 'WEBVTT\n\n00:00.000 --> 00:01.000\nHi\n'],
  ['an SVG drawing', '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'],
  ['an HTML page', '<!DOCTYPE html><html>'],
  ['a JSON file', '{"a": 1}'],
  ['a text file', "file '/etc/passwd'\n"],
])('the first bytes tell that a file is %s', (name, head) => {
  expect(sniffBytes(bytes(head))).toEqual({ kind: 'other', name })
})

test('text that is cut inside a character is still text', () => {
  expect(sniffBytes(Buffer.from('grüße').subarray(0, 3))).toEqual({ kind: 'other', name: 'a text file' })
})

test('videos, sounds and sequences of pictures are left to ffprobe', () => {
  for (const head of [
    '\0\0\0\x18ftypisom',
    '\x1a\x45\xdf\xa3',
    'RIFF\0\0\0\0WAVE',
    '\0\0\0\x1cftypavis',
    'ID3\x04\0',
  ])
    expect(sniffBytes(bytes(head))).toBeUndefined()
})
