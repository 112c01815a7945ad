import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { madeMedia } from '../../test/support/madeMedia.ts'
import { limitsNamed } from '../domain/limits.ts'
import { readFrames } from './frames.ts'
import { inspect } from './inspect.ts'
import { readPicture } from './picture.ts'
import { findTools } from './tools.ts'

const tools = findTools()
const limits = limitsNamed('ours')
const options = { limits }
const SIZE = { width: 4, height: 2 }
const words = (text: string): string[] => text.split(' ')

const one = (filter: string) => words(`-f lavfi -i ${filter} -frames:v 1`)

test.each(['jpg', 'png', 'webp', 'bmp', 'tiff', 'gif', 'jp2'])(
  'a picture in %s is stretched to the size',
  async (extension) => {
    const file = await madeMedia(`orange.${extension}`, one('color=orange:size=60x20'))
    const facts = await inspect(tools, file, options)
    expect(facts).toMatchObject({ isPicture: true, picture: { width: 60, height: 20 } })
    expect(facts.video).toBeUndefined()
    const { rgb } = await readPicture(tools, file, () => SIZE, options)
    expect(rgb.length).toBe(4 * 2 * 3)
    for (const [index, expected] of [255, 165, 0].entries())
      expect(Math.abs(rgb[index]! - expected)).toBeLessThan(12)
  },
)

const NOISE = "nullsrc=size=1280x960:rate=1,geq=lum='random(1)*255':cb=128:cr=128,format=rgb24"

/** How far grey levels lie from their mean: 74 in the noise, a fourth of it where 4 × 4 pixels are averaged. */
function deviation(rgb: Uint8Array): number {
  const mean = rgb.reduce((sum, level) => sum + level, 0) / rgb.length
  return Math.sqrt(rgb.reduce((sum, level) => sum + (level - mean) ** 2, 0) / rgb.length)
}

test.each(['png', 'jpg', 'bmp'])(
  'what becomes smaller is averaged and not picked from: %s',
  async (extension) => {
    const file = await madeMedia(`noise.${extension}`, one(NOISE))
    const { rgb } = await readPicture(tools, file, () => ({ width: 320, height: 240 }), options)
    expect(deviation(rgb)).toBeLessThan(25)
  },
)

test('the frames of a video are averaged when they become smaller', async () => {
  const file = await madeMedia('noise.mkv', [...one(NOISE), '-c:v', 'ffv1'])
  const facts = await inspect(tools, file, options)
  const size = { width: 320, height: 240 }
  const frames = await Array.fromAsync(
    readFrames(tools, file, facts, { startMs: 0, endMs: 500 }, size, options),
  )
  expect(frames.map(({ rgb }) => deviation(rgb) < 25)).toEqual([true])
})

test('of a picture that moves the first one is read, and inspecting finds a video', async () => {
  const file = await madeMedia(
    'moving.gif',
    words(
      '-f lavfi -i color=red:size=32x32:rate=5:duration=1 -f lavfi -i color=blue:size=32x32:rate=5:duration=1 -filter_complex concat',
    ),
  )
  const facts = await inspect(tools, file, options)
  expect(facts).toMatchObject({ isPicture: false, video: { width: 32, height: 32 } })
  expect(facts.durationSec).toBeCloseTo(2, 1)
  const [red, , blue] = (await readPicture(tools, file, () => SIZE, options)).rgb
  expect(red).toBeGreaterThan(200)
  expect(blue).toBeLessThan(50)
})

test('a picture is turned upright by its camera mark', async () => {
  const sharp = (await import('sharp')).default
  const file = `${await madeMedia('sky.png', one('color=blue:size=40x20'))}.turned.jpg`
  // Left half green, right half blue; mark 6 says that it must be turned clockwise: green comes to the top.
  await sharp({ create: { width: 40, height: 20, channels: 3, background: 'blue' } })
    .composite([
      { input: { create: { width: 20, height: 20, channels: 3, background: 'lime' } }, left: 0, top: 0 },
    ])
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toFile(file)
  expect((await inspect(tools, file, options)).picture).toEqual({ width: 20, height: 40 })
  const { rgb } = await readPicture(tools, file, () => ({ width: 1, height: 4 }), options)
  expect(rgb[1]).toBeGreaterThan(200)
  expect(rgb[3 * 3 + 2]).toBeGreaterThan(200)
})

test('what is transparent lies on white', async () => {
  const sharp = (await import('sharp')).default
  const file = `${await madeMedia('sky.png', one('color=blue:size=40x20'))}.clear.png`
  await sharp({
    create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
  }).toFile(file)
  expect([...(await readPicture(tools, file, () => SIZE, options)).rgb]).toEqual(
    Array.from({ length: 24 }, () => 255),
  )
})

test('a picture of too many pixels is refused by its header', async () => {
  const file = await madeMedia('orange.png', one('color=orange:size=60x20'))
  const tight = { limits: { ...limits, pictureMaxPixels: 1_000 } }
  await expect(inspect(tools, file, tight)).rejects.toMatchObject({ code: 'media_too_large' })
  await expect(readPicture(tools, file, () => SIZE, tight)).rejects.toMatchObject({ code: 'media_too_large' })
  const video = await madeMedia(
    'mute.mp4',
    words('-f lavfi -i color=red:size=32x32:rate=5:duration=2 -c:v mpeg4'),
  )
  const tighter = { limits: { ...limits, pictureMaxPixels: 1_000 } }
  await expect(inspect(tools, video, tighter)).rejects.toMatchObject({ code: 'media_too_large' })
})

test('what is no picture is named', async () => {
  const sound = await madeMedia('tone.wav', words('-f lavfi -i sine=duration=1'))
  await expect(readPicture(tools, sound, () => SIZE, options)).rejects.toThrow(
    'not a picture of a known format',
  )
  const text = `${sound}.svg`
  await writeFile(text, '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
  await expect(readPicture(tools, text, () => SIZE, options)).rejects.toThrow('an SVG drawing, not a picture')
})
