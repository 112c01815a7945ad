import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { madeMedia } from '../test/support/madeMedia.ts'
import { chanceFrom } from '../test/support/unitVectors.ts'

const SIDE = 96
const SAMPLE_RATE = 8_000

/** A PNG of coloured rectangles. */
export async function picture(seed: number): Promise<Buffer> {
  const chance = chanceFrom(seed)
  const pixels = Buffer.alloc(SIDE * SIDE * 3)
  for (let rectangle = 0; rectangle < 12; rectangle++) {
    const [left, top, width, height] = [chance(), chance(), chance(), chance()].map((part) =>
      Math.floor(part * SIDE),
    ) as [number, number, number, number]
    const colour = [chance(), chance(), chance()].map((part) => Math.floor(part * 256))
    for (let y = top; y < Math.min(SIDE, top + height); y++)
      for (let x = left; x < Math.min(SIDE, left + width); x++) pixels.set(colour, (y * SIDE + x) * 3)
  }
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer()
}

/** A WAV of tones that change every second. */
export function sound(seed: number, durationSec: number): Buffer {
  const chance = chanceFrom(seed)
  const samples = Buffer.alloc(durationSec * SAMPLE_RATE * 2)
  for (let second = 0; second < durationSec; second++) {
    const pitch = 100 + chance() * 2_000
    for (let at = 0; at < SAMPLE_RATE; at++)
      samples.writeInt16LE(
        Math.round(8_000 * Math.sin((2 * Math.PI * pitch * at) / SAMPLE_RATE)),
        (second * SAMPLE_RATE + at) * 2,
      )
  }
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(SAMPLE_RATE, 24)
  header.writeUInt32LE(SAMPLE_RATE * 2, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  return Buffer.concat([header, samples])
}

/** A small video with a sound, whose scenes change every 5 s. */
export const video = async (durationSec: number): Promise<Buffer> =>
  readFile(
    await madeMedia(`chaos-${durationSec}.mp4`, [
      ...['-f', 'lavfi', '-i', `testsrc2=size=128x72:rate=6:duration=${durationSec}`],
      ...[
        ...['-f', 'lavfi'],
        ...['-i', `aevalsrc='0.3*sin(2*PI*t*(200+90*mod(floor(t/5),7)))':s=16000:d=${durationSec}`],
      ],
      ...['-vf', `hue=h='70*floor(t/5)'`, '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '12'],
      ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '48k', '-movflags', '+faststart'],
    ]),
  )

const WORDS =
  'storm harbour lighthouse bread market engine river valley winter orchard signal copper window garden letter bridge mountain paper silver morning'.split(
    ' ',
  )

/** Paragraphs of sentences of words. */
export function prose(seed: number, paragraphs: number): string {
  const chance = chanceFrom(seed)
  const sentence = () =>
    `The ${Array.from({ length: 5 + Math.floor(chance() * 8) }, () => WORDS[Math.floor(chance() * WORDS.length)]).join(' ')}.`
  const paragraph = () => Array.from({ length: 2 + Math.floor(chance() * 4) }, sentence).join(' ')
  return `# Text ${seed}\n\n${Array.from({ length: paragraphs }, paragraph).join('\n\n')}\n`
}
