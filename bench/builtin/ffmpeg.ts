import { spawn } from 'node:child_process'
import { buffer, text } from 'node:stream/consumers'

/** What ffmpeg writes to its standard output when it is given `input`. Throws its complaint when it fails. */
export async function ffmpegOutput(
  ffmpegArguments: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<Buffer> {
  const child = spawn('ffmpeg', ['-v', 'error', ...ffmpegArguments, 'pipe:1'])
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  // ffmpeg may end before it has read all, which is no failure.
  child.stdin.on('error', () => undefined).end(input)
  const [output, complaint, code] = await Promise.all([buffer(child.stdout), text(child.stderr), ended])
  if (code !== 0) throw new Error(`ffmpeg ${ffmpegArguments.join(' ')}: ${complaint}`)
  return output
}
