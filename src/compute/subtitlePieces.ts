import type { TextPiece } from '../domain/document.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import { readCues } from '../media/cues.ts'
import type { ReadOptions } from '../media/input.ts'
import { inspect } from '../media/inspect.ts'
import type { Tools } from '../media/tools.ts'

/**
 * The lines of the first subtitle track of a video or sound file, one piece each, with their times. Throws
 * `no_transcript` when there is no track with text, and `document_unreadable` for what is no media.
 */
export async function* subtitlePieces(
  tools: Tools,
  file: string,
  options: ReadOptions,
): AsyncGenerator<TextPiece, void> {
  const { subtitles } = await lookInto(tools, file, options)
  const [track] = subtitles
  const cues = track ? await readCues(tools, file, track.stream, options) : []
  if (cues.length === 0)
    throw new EmbedlineError('no_transcript', 'The video or sound has no subtitle track with text.')
  // The line end joins a cue with the next: an empty line would make each a paragraph.
  for (const { text, startSec, endSec } of cues) yield { text: `${text}\n`, place: { startSec, endSec } }
}

async function lookInto(tools: Tools, file: string, options: ReadOptions): Promise<MediaFacts> {
  try {
    return await inspect(tools, file, options)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.code !== 'media_unreadable') throw failure
    throw new EmbedlineError('document_unreadable', failure.message, { cause: failure })
  }
}
