import { splitTooLong } from '../documents/splitTooLong.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { ModelPin } from '../domain/model.ts'
import type { RemoteOptions, RemoteTexts } from '../domain/remoteTexts.ts'

/** A piece of a text, with its vector. */
export interface EmbeddedPiece {
  text: string
  vector: Float32Array
}

/**
 * Embeds texts of documents by another server. Of each text its pieces come back, in order: the text itself, or several
 * where the server finds it too long. Throws what the server says about a text, and `remote_unavailable`.
 */
export async function embedDivided(
  remote: RemoteTexts,
  model: ModelPin,
  texts: readonly string[],
  options: RemoteOptions,
): Promise<EmbeddedPiece[][]> {
  const outcomes = await remote.embed(model, texts, 'document', options)
  const divided: EmbeddedPiece[][] = []
  for (const [at, text] of texts.entries()) {
    const outcome = outcomes[at]
    if (!outcome) throw new Error('the remote model gave fewer outcomes than there were texts')
    if (!(outcome instanceof EmbedlineError)) divided.push([{ text, vector: outcome }])
    else divided.push((await embedDivided(remote, model, halves(text, outcome), options)).flat())
  }
  return divided
}

function halves(text: string, failure: EmbedlineError): string[] {
  if (failure.code !== 'text_too_long') throw failure
  const texts = splitTooLong(text, (part) => part.length < text.length)
  if (texts.length < 2) throw failure
  return texts
}
