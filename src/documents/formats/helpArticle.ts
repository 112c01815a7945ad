import { z } from 'zod'
import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { htmlParagraphs } from './html.ts'

const text = z.string().nullish()
const HelpArticle = z.object({ title: text, description: text, body: z.string(), url: text })

/**
 * An article of the Intercom help desk: a JSON object whose `body` is HTML. Each paragraph stands alone, with the
 * address of the article and its nearest heading (the title, before the first); title and description are the first.
 * Throws `document_unreadable` for anything else.
 */
export async function* helpArticlePieces(json: string): AsyncGenerator<TextPiece, void> {
  const { title, description, body, url } = parseArticle(json)
  const place = (heading: string | null | undefined) => ({
    ...(url && { articleUrl: url }),
    ...(heading && { heading }),
  })
  const head = [title, description].filter((each) => each?.trim()).join('\n\n')
  if (head !== '') yield { text: head, place: place(title), alone: true }
  for await (const paragraph of htmlParagraphs([body]))
    if (!paragraph.isHeading)
      yield { text: paragraph.text, place: place(paragraph.heading ?? title), alone: true }
}

function parseArticle(json: string): z.infer<typeof HelpArticle> {
  try {
    return HelpArticle.parse(JSON.parse(json))
  } catch (cause) {
    throw new EmbedlineError(
      'document_unreadable',
      'The file is not an article: a JSON object with a text `body`.',
      {
        cause,
      },
    )
  }
}
