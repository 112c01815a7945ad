import { readSource } from '../documents/readDocument.ts'
import { openSource } from '../documents/source.ts'
import type { Limits } from '../domain/limits.ts'
import type { CutChunk, CutWork } from '../domain/documentWork.ts'
import type { Tools } from '../media/tools.ts'
import { embedPieces, type PiecesParts } from './embedPieces.ts'
import type { DocumentEnd } from './protocol.ts'
import { subtitlePieces } from './subtitlePieces.ts'

export interface DocumentParts<Made extends CutChunk> extends PiecesParts<Made> {
  tools: Tools
  limits: Limits
  signal: AbortSignal
}

/**
 * Reads a document, cuts it into chunks and makes of them what is wanted; of sound and video the words are those of its subtitles. The
 * checksum is that of the bytes that were read. Throws what `readDocument` throws, `no_transcript`, and `file_changed`
 * for a file that was written meanwhile, whatever became of it.
 */
export async function embedDocument<Made extends CutChunk>(
  work: CutWork,
  parts: DocumentParts<Made>,
): Promise<DocumentEnd<Made>> {
  const { file, name, loader } = work
  const { tools, limits, signal } = parts
  const source = openSource(file, name, signal)
  const readMedia = () => subtitlePieces(tools, file, { limits, signal })
  try {
    const pieces = readSource(source, { loader, limits, signal, readMedia })
    const { lastChunks, ...counts } = await embedPieces(pieces, work.chunks, parts)
    const summary = { ...counts, checksum: await source.checksum(), sizeBytes: source.sizeBytes }
    source.throwIfChanged()
    return { lastChunks, summary }
  } catch (failure) {
    // What is written while it is read may look damaged.
    if (!signal.aborted) source.throwIfChanged()
    throw failure
  }
}
