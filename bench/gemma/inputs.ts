import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'

/** What both sides embed. */
export interface BenchInputs {
  texts: string[]
  /** Files. */
  pictures: string[]
  /** A file of `CLIPS` clips. */
  video: string
}

export const CLIP_SEC = 4
const CLIPS = 4

const SENTENCE = 'The driver of the red car plays a slow song near the old bridge by the river. '

export async function makeInputs(folder: string): Promise<BenchInputs> {
  const texts = Array.from({ length: 24 }, (_, at) => `${at} ${SENTENCE.repeat(2 + (at % 8))}`)
  const pictures: string[] = []
  for (let at = 0; at < 6; at++) {
    const file = join(folder, `${at}.jpg`)
    const background = { r: 40 * at, g: 120, b: 255 - 40 * at }
    await sharp({ create: { width: 1600, height: 1200, channels: 3, background } })
      .jpeg()
      .toFile(file)
    pictures.push(file)
  }
  const video = join(folder, 'video.mp4')
  const seconds = CLIPS * CLIP_SEC
  await promisify(execFile)('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=12:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', video],
  ])
  return { texts, pictures, video }
}
