import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import { spaceOf, type ModelPin } from '../domain/model.ts'
import type { RemoteOptions, RemoteTexts } from '../domain/remoteTexts.ts'
import type { Clip, SliceResult } from '../domain/sliceWork.ts'
import type { TaskParts } from './parts.ts'

export interface ClipTextsOptions extends RemoteOptions {
  model: ModelPin
}

/**
 * Embeds what is said in the clips of a slice, where a compute child has left that to another server. A text that is too
 * long for it leaves a gap, which a warning names. Throws `remote_refused`, `remote_unavailable`.
 */
export async function embedClipTexts(
  parts: Pick<TaskParts, 'models'>,
  remote: RemoteTexts,
  { model, ...options }: ClipTextsOptions,
  result: SliceResult,
): Promise<SliceResult> {
  const waiting = result.clips.flatMap(({ textToEmbed, ...clip }) =>
    textToEmbed === undefined ? [] : [{ clip, text: textToEmbed }],
  )
  if (waiting.length === 0) return result
  const texts = waiting.map(({ text }) => text)
  const outcomes = await remote.embed(model, texts, 'document', options)
  const { space } = spaceOf(parts.models.facts(model), 'text')
  const clips: Clip[] = []
  const warnings: Warning[] = []
  for (const [at, { clip }] of waiting.entries()) {
    const outcome = outcomes[at]
    if (!outcome) throw new Error('the remote model gave fewer outcomes than there were texts')
    if (!(outcome instanceof EmbedlineError))
      clips.push({ ...clip, vectors: [{ modality: 'transcription', space, vector: outcome }] })
    else if (outcome.code === 'text_too_long') warnings.push(gap(clip, outcome))
    else throw outcome
  }
  return { ...result, clips, warnings: [...result.warnings, ...warnings] }
}

const gap = ({ startSec, endSec }: Clip, { message }: EmbedlineError): Warning => ({
  code: 'segment_skipped',
  message: `The subtitles from ${startSec} s to ${endSec} s are not embedded. ${message}`,
  option: 'transcription',
  startSec,
  endSec,
})
