import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createHash } from 'node:crypto'

const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/embedline-test-media', import.meta.url))

/** Makes a file by ffmpeg with these arguments, or finds the one that an earlier test made with the same. */
export async function madeMedia(name: string, ffmpegArguments: readonly string[]): Promise<string> {
  await mkdir(FOLDER, { recursive: true })
  const digest = createHash('sha256').update(JSON.stringify(ffmpegArguments)).digest('hex').slice(0, 12)
  const path = join(FOLDER, `${digest}-${name}`)
  if (existsSync(path)) return path
  const half = join(FOLDER, `${process.pid}-${digest}-${name}`)
  await promisify(execFile)('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...ffmpegArguments, half])
  await rename(half, path)
  return path
}

/** Writes a small file, such as subtitles, beside the media that is made of it. */
export async function madeText(name: string, text: string): Promise<string> {
  await mkdir(FOLDER, { recursive: true })
  const path = join(FOLDER, `${createHash('sha256').update(text).digest('hex').slice(0, 12)}-${name}`)
  await writeFile(path, text)
  return path
}

/** A video of `seconds` with a moving picture that changes scene every 7 s, and a tone that changes with it. */
export const scenes = (seconds: number): Promise<string> =>
  madeMedia(`scenes-${seconds}.mp4`, [
    ...['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=12:duration=${seconds}`],
    ...['-f', 'lavfi', '-i', `aevalsrc='0.3*sin(2*PI*t*(300+100*mod(floor(t/7),5)))':s=22050:d=${seconds}`],
    ...[
      '-vf',
      `hue=h='80*floor(t/7)'`,
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-g',
      '24',
      '-pix_fmt',
      'yuv420p',
    ],
    ...['-c:a', 'aac', '-b:a', '64k', '-movflags', '+faststart'],
  ])
