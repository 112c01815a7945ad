import { htmlParagraphs, type TreeSize } from './html.ts'
import type { Paragraph } from './blocks.ts'

// An article that is less of the page than this is not what the page is about.
const ARTICLE_SHARE = 0.5
// Longer pages are listings more often than articles. Readability looks at every element many times, and at all that
// are around it.
const LONGEST_PAGE = 4 * 1024 * 1024
const MOST_ELEMENTS = 10_000
const DEEPEST = 100

/** True when a page is short enough for its article to be looked for. */
export const mayHoldArticle = (sizeBytes: number): boolean => sizeBytes <= LONGEST_PAGE

/**
 * The text of an HTML page: of its article where there clearly is one, without what stands around it; else of all that
 * would be seen.
 */
export async function articleParagraphs(html: string): Promise<Paragraph[]> {
  const size: TreeSize = { elements: 0, depth: 0 }
  const whole = await Array.fromAsync(htmlParagraphs([html], size))
  if (size.elements > MOST_ELEMENTS || size.depth > DEEPEST) return whole
  const article = await findArticle(html)
  return article && lengthOf(article) >= ARTICLE_SHARE * lengthOf(whole) ? article : whole
}

const lengthOf = (paragraphs: readonly Paragraph[]): number =>
  paragraphs.reduce((sum, { text }) => sum + text.length, 0)

async function findArticle(html: string): Promise<Paragraph[] | undefined> {
  const [{ Readability, isProbablyReaderable }, { parseHTML }] = await Promise.all([
    import('@mozilla/readability'),
    import('linkedom'),
  ])
  const { document } = parseHTML(html)
  if (document.querySelectorAll('*').length > MOST_ELEMENTS || !isProbablyReaderable(document))
    return undefined
  const article = new Readability(document).parse()
  if (!article?.content) return undefined
  const paragraphs = await Array.fromAsync(htmlParagraphs([article.content]))
  const title = article.title?.trim()
  if (!title || paragraphs[0]?.heading === title) return paragraphs
  // Readability takes the title out of the text.
  return [
    { text: title, isHeading: true, heading: title },
    ...paragraphs.map((each) => ({ ...each, heading: each.heading ?? title })),
  ]
}
