import { stat } from 'node:fs/promises'
import { documentFacts } from '../documents/documentType.ts'
import { EmbedlineError } from '../domain/errors.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { ReadOptions } from '../media/input.ts'
import { inspect } from '../media/inspect.ts'
import type { Tools } from '../media/tools.ts'

/**
 * Looks into a file that may be media, or a document that tasks can embed. Throws `media_unreadable` for what is neither,
 * saying what it is, and `document_encrypted`, `document_unreadable` for a PDF that nobody can read.
 */
export async function lookInto(tools: Tools, file: string, options: ReadOptions): Promise<MediaFacts> {
  try {
    return await inspect(tools, file, options)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || failure.code !== 'media_unreadable') throw failure
    const document = await documentFacts(file)
    if (!document) throw failure
    const { size: sizeBytes } = await stat(file)
    return {
      container: document.type,
      sizeBytes,
      subtitles: [],
      isPicture: false,
      seeksExactly: false,
      warnings: [],
      document,
    }
  }
}
