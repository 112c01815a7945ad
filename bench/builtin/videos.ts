import sharp from 'sharp'
import { inputOf, type EmbeddingModel, type Picture } from '../../src/domain/model.ts'
import { ffmpegOutput } from './ffmpeg.ts'
import type { Goal } from './goals.ts'
import { ANY_SIZE, modelPixels } from './pictures.ts'
import type { Original } from './pictures.ts'
import { cosine, mean } from './similarity.ts'

const SCENE_SEC = 6

/** Twelve frames at the middles of equal parts of one scene. */
type Scene = Picture[]
const FRAMES = 12

const PATTERNS = [
  'testsrc2=size=320x240:rate=12',
  'smptehdbars=size=320x240:rate=12,hue=h=20*t',
  'mandelbrot=size=320x240:rate=12',
  'life=size=320x240:rate=12:seed=1:mold=10:life_color=#00ff00:death_color=#aa0000',
  'cellauto=size=320x240:rate=12:seed=1:rule=110',
  'gradients=size=320x240:rate=12:seed=5:speed=0.02',
  'sierpinski=size=320x240:rate=12:seed=3',
]

/** Scenes of real films, of ffmpeg's patterns, and of a window that wanders over photographs. */
export async function makeScenes(
  model: EmbeddingModel,
  films: readonly string[],
  photographs: readonly Original[],
): Promise<Scene[]> {
  const scenes: Scene[] = []
  for (const film of films) scenes.push(await decodeScene(model, ['-i', film]))
  for (const pattern of PATTERNS) {
    const input = ['-f', 'lavfi', '-t', String(SCENE_SEC), '-i', pattern]
    scenes.push(await decodeScene(model, input))
  }
  for (const photograph of photographs) {
    scenes.push(await wander(model, photograph, pan))
    scenes.push(await wander(model, photograph, zoom))
  }
  return scenes
}

/** Frames of whatever ffmpeg reads by these arguments. */
export async function decodeScene(model: EmbeddingModel, input: readonly string[]): Promise<Scene> {
  const size = inputOf(model.facts).frameSize(ANY_SIZE)
  const frameBytes = size.width * size.height * 3
  const scale = `scale=${size.width}:${size.height}:flags=bicubic`
  const pixels = await ffmpegOutput([...input, '-an', '-vf', scale, '-pix_fmt', 'rgb24', '-f', 'rawvideo'])
  const decoded = Math.floor(pixels.length / frameBytes)
  return Array.from({ length: FRAMES }, (_, i) => {
    const frame = Math.floor(((i + 0.5) / FRAMES) * decoded)
    return { ...size, rgb: new Uint8Array(pixels.subarray(frame * frameBytes, (frame + 1) * frameBytes)) }
  })
}

interface Window {
  /** Part of each side. */
  part: number
  x: number
  y: number
}

const pan = (time: number): Window => ({ part: 0.75, x: time, y: 0.5 })
const zoom = (time: number): Window => ({ part: 1 - 0.4 * time, x: 0.5, y: 0.5 })

async function wander(
  model: EmbeddingModel,
  { png, width, height }: Original,
  windowAt: (time: number) => Window,
): Promise<Scene> {
  const frames: Scene = []
  for (let i = 0; i < FRAMES; i++) {
    const { part, x, y } = windowAt((i + 0.5) / FRAMES)
    const [newWidth, newHeight] = [Math.round(width * part), Math.round(height * part)]
    const left = Math.round((width - newWidth) * x)
    const top = Math.round((height - newHeight) * y)
    const window = sharp(png).extract({ left, top, width: newWidth, height: newHeight })
    frames.push(await modelPixels(model, window))
  }
  return frames
}

// Of twelve frames: those nearest to the middles of `parts` equal parts.
const chosen = (scene: Scene, parts: number): Scene =>
  Array.from({ length: parts }, (_, i) => scene[Math.floor(((i + 0.5) / parts) * FRAMES)]).filter(
    (frame) => frame !== undefined,
  )

/** How near a clip of as many frames as the model asks for is to the same clip with six. */
export async function clipGoals(model: EmbeddingModel, scenes: readonly Scene[]): Promise<Goal[]> {
  const framesPerClip = inputOf(model.facts).framesOf(SCENE_SEC)
  const similarities: number[] = []
  for (const scene of scenes) {
    const few = await model.video(chosen(scene, framesPerClip))
    similarities.push(cosine(few, await model.video(chosen(scene, 6))))
  }
  const name = `video: ${scenes.length} scenes, ${framesPerClip} against 6 frames`
  return [
    { name: `${name}, mean`, measured: mean(similarities), must: 0.98, should: 0.988 },
    { name: `${name}, least`, measured: Math.min(...similarities), must: 0.93, should: 0.945 },
  ]
}
