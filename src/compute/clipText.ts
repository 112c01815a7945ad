import type { Warning } from '../domain/embedding.ts'
import type { Cue } from '../domain/media.ts'
import type { EmbeddingModel } from '../domain/model.ts'
import type { Segment } from '../domain/slices.ts'

/** Nobody says a tenth of this in a clip, and it keeps a child busy for no more than a fraction of a second. */
const CLIP_CHARACTERS = 10_000

export interface ClipText {
  /** Empty when nothing is said. */
  text: string
  /** Set when it was too long to be embedded whole. */
  warning?: Warning
}

/**
 * What is said in a segment: the lines whose middle lies in it, of which the first 10,000 characters count, and fewer
 * when the model cannot take those whole.
 */
export function clipText(
  cues: readonly Cue[],
  { startMs, endMs }: Segment,
  { fits = () => true }: Pick<EmbeddingModel, 'fits'> = {},
): ClipText {
  const text = cues
    .filter(({ startSec, endSec }) => {
      const middleMs = ((startSec + endSec) / 2) * 1000
      return middleMs >= startMs && middleMs < endMs
    })
    .map((cue) => cue.text)
    .join(' ')
  const kept = beginningThatFits(text.slice(0, CLIP_CHARACTERS), fits)
  if (kept.length === text.length) return { text }
  const [startSec, endSec] = [startMs / 1000, endMs / 1000]
  const warning: Warning = {
    code: 'text_shortened',
    message: `The subtitles from ${startSec} s to ${endSec} s have ${text.length} characters; the first ${kept.length} are embedded.`,
    option: 'transcription',
    startSec,
    endSec,
  }
  return { text: kept, warning }
}

/**
 * The words that belong to a segment: those whose time overlaps it, where words of a single moment belong to the segment
 * that the moment lies in. Cut off like what is said.
 */
export function clipNotes(
  timedTexts: readonly Cue[],
  { startMs, endMs }: Segment,
  { fits = () => true }: Pick<EmbeddingModel, 'fits'> = {},
): ClipText {
  const [startSec, endSec] = [startMs / 1000, endMs / 1000]
  const text = timedTexts
    .filter((each) => each.startSec < endSec && (each.endSec > startSec || each.startSec >= startSec))
    .map((each) => each.text)
    .join('\n')
  const kept = beginningThatFits(text.slice(0, CLIP_CHARACTERS), fits)
  if (kept.length === text.length) return { text }
  const warning: Warning = {
    code: 'text_shortened',
    message: `The texts given for ${startSec} s to ${endSec} s have ${text.length} characters; the first ${kept.length} are embedded.`,
    option: 'fused',
    startSec,
    endSec,
  }
  return { text: kept, warning }
}

function beginningThatFits(text: string, fits: (text: string) => boolean): string {
  let kept = text
  while (!fits(kept)) kept = kept.slice(0, kept.length >> 1)
  return kept
}
