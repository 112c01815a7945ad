import { readDocument } from '../documents/readDocument.ts'
import type { Limits } from '../domain/limits.ts'
import type { DocumentWork } from '../domain/work.ts'
import type { Tools } from '../media/tools.ts'
import { embedPieces, type PiecesParts } from './embedPieces.ts'
import type { DocumentEnd } from './protocol.ts'
import { subtitlePieces } from './subtitlePieces.ts'
import { whileUnchanged } from './whileUnchanged.ts'

export interface DocumentParts extends PiecesParts {
  tools: Tools
  limits: Limits
  signal: AbortSignal
}

/**
 * Reads a document, cuts it into chunks and embeds them; of sound and video the words are those of its subtitles. The
 * checksum is that of the bytes that were read. Throws what `readDocument` throws, `no_transcript` and `file_changed`.
 */
export async function embedDocument(work: DocumentWork, parts: DocumentParts): Promise<DocumentEnd> {
  const { file, name, loader } = work
  const { tools, limits, signal } = parts
  const readMedia = () => subtitlePieces(tools, file, { limits, signal })
  const embed = () =>
    embedPieces(readDocument(file, name, { loader, limits, signal, readMedia }), work.chunks, parts)
  const { result, content } = await whileUnchanged(file, embed)
  const { lastChunks, chunkCount } = result
  return { lastChunks, summary: { chunkCount, ...content } }
}
