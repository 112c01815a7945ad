import { subtitleCues } from '../documents/formats/subtitles.ts'
import { recogniseText } from '../documents/readText.ts'
import { openSource, throwIfLarger } from '../documents/source.ts'
import { decode } from '../documents/text/decode.ts'
import { linesOf } from '../documents/text/lines.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { Cue } from '../domain/media.ts'

// A day of speech is about two megabytes of subtitles.
const MOST_BYTES = 32 * 1024 * 1024

/**
 * The lines of an SRT or WebVTT file, in order of time. Throws `no_transcript` for what is another kind of text or has no
 * line in it, `unsupported_type` for what is no text, `document_too_large`.
 */
export async function readSubtitles(file: string, name: string, signal?: AbortSignal): Promise<Cue[]> {
  const source = openSource(file, name, signal)
  throwIfLarger(source.sizeBytes, MOST_BYTES)
  const { type, charset } = await recogniseText(source)
  if (type !== 'subtitles') throw new EmbedlineError('no_transcript', 'The file is neither SRT nor WebVTT.')
  const cues = await Array.fromAsync(subtitleCues(linesOf(decode(source.bytes(), charset))))
  if (cues.length === 0) throw new EmbedlineError('no_transcript', 'There is no line in the subtitles.')
  return cues.toSorted((one, other) => one.startSec - other.startSec)
}
