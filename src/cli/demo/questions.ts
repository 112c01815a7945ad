import { runProgram } from '../../media/program.ts'
import type { Tools } from '../../media/tools.ts'

const OPTIONS = { stallMs: 30_000, limitBytes: 40_000_000 }

/** One frame as PNG bytes, at most 512 pixels wide. Throws `media_unreadable` where there is no picture. */
export async function extractFrame(
  tools: Tools,
  file: string,
  atSec: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const { output } = await runProgram(
    tools,
    'ffmpeg',
    [
      ...[
        '-nostdin',
        '-v',
        'error',
        '-protocol_whitelist',
        'file,pipe',
        '-ss',
        String(atSec),
        '-i',
        `file:${file}`,
      ],
      ...['-map', '0:v:0', '-frames:v', '1', '-vf', "scale='min(512,iw)':-2"],
      ...['-f', 'image2pipe', '-c:v', 'png', 'pipe:1'],
    ],
    { ...OPTIONS, signal },
  )
  return output
}

/** The words of the middle line of the file's first subtitle track; undefined when it has none that holds text. */
export async function middleSubtitle(
  tools: Tools,
  file: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { output } = await runProgram(
      tools,
      'ffmpeg',
      [
        ...['-nostdin', '-v', 'error', '-protocol_whitelist', 'file,pipe', '-i', `file:${file}`],
        ...['-map', '0:s:0', '-f', 'srt', 'pipe:1'],
      ],
      { ...OPTIONS, signal },
    )
    return middleCue(output.toString())
  } catch (error) {
    if (signal.aborted) throw error
    return undefined
  }
}

/** Exported for the test: the words of the middle block of a SubRip file, without tags. */
export function middleCue(subRip: string): string | undefined {
  const cues = subRip
    .split(/\r?\n\r?\n/)
    .map((block) => block.replace(/^[\s\S]*?-->.*\r?\n/, '').replace(/<[^>]*>/g, ''))
    .map((words) => words.replace(/\s+/g, ' ').trim())
    .filter((words) => words !== '')
  return cues[Math.floor(cues.length / 2)]
}
