import type { Loader, TextPiece } from '../domain/document.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { mostBytes } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'
import { plainTextPieces } from './formats/plainText.ts'
import { throwIfLarger, type Source } from './source.ts'
import { charsetOf, charsetOfMark, charsetOfZeros, surveyBytes, type Charset } from './text/charset.ts'
import { decode } from './text/decode.ts'
import { linesOf } from './text/lines.ts'
import { textTypeOf, type TextType } from './textType.ts'

/** The pieces of a file that is no known binary. Throws `unsupported_type` when it is no text either. */
export async function* readText(
  source: Source,
  loader: Loader,
  limits: Limits,
): AsyncGenerator<TextPiece, void> {
  throwIfLarger(source.sizeBytes, mostBytes(limits, 'documentBytes'))
  const { type, charset } = await recogniseText(source)
  const text = () => decode(source.bytes(), charset)
  if (loader === 'intercom') {
    const { helpArticlePieces } = await import('./formats/helpArticle.ts')
    return yield* helpArticlePieces(await wholeText(source, text, limits))
  }
  yield* piecesOf(type, source, text, limits)
}

/** What kind of text a file holds. Looks through all of it once. Throws `unsupported_type` when it is no text. */
export async function recogniseText(source: Source): Promise<{ type: TextType; charset: Charset }> {
  const charset = await findCharset(source)
  const head = await firstOf(decode(source.bytes(), charset))
  throwIfBinary(head)
  return { type: textTypeOf(head, source.name), charset }
}

async function* piecesOf(
  type: TextType,
  source: Source,
  text: () => AsyncGenerator<string, void>,
  limits: Limits,
): AsyncGenerator<TextPiece, void> {
  switch (type) {
    case 'text':
      return yield* plainTextPieces(text())
    case 'markdown':
      return yield* (await import('./formats/markdown.ts')).markdownPieces(linesOf(text()))
    case 'table':
      return yield* (await import('./formats/table.ts')).tablePieces(linesOf(text()))
    case 'subtitles':
      return yield* (await import('./formats/subtitles.ts')).subtitlePieces(linesOf(text()))
    case 'xml':
      return yield* (await import('./formats/xml.ts')).xmlPieces(text())
    case 'ndjson':
      return yield* (await import('./formats/json.ts')).ndjsonPieces(linesOf(text()))
    case 'json':
      return yield* jsonOrText(source, text, limits)
    case 'html':
      return yield* htmlPieces(source, text)
    case 'mail':
      return yield* (await import('./formats/mail.ts')).mailPieces(
        await source.whole(mostBytes(limits, 'wholeDocumentBytes')),
      )
    case 'drawing':
      throw new EmbedlineError(
        'unsupported_type',
        'The file is an SVG drawing, which is not read as a document.',
      )
  }
}

/** What only looks like JSON is text. */
async function* jsonOrText(
  source: Source,
  text: () => AsyncGenerator<string, void>,
  limits: Limits,
): AsyncGenerator<TextPiece, void> {
  const whole = await wholeText(source, text, limits)
  let value: unknown
  try {
    value = JSON.parse(whole)
  } catch {
    return yield* piecesOf(textTypeOf('', source.name), source, text, limits)
  }
  yield* (await import('./formats/json.ts')).jsonPieces(value)
}

async function* htmlPieces(
  source: Source,
  text: () => AsyncGenerator<string, void>,
): AsyncGenerator<TextPiece, void> {
  const [{ articleParagraphs, mayHoldArticle }, { htmlParagraphs }, { toPieces }] = await Promise.all([
    import('./formats/article.ts'),
    import('./formats/html.ts'),
    import('./formats/blocks.ts'),
  ])
  const paragraphs = mayHoldArticle(source.sizeBytes)
    ? await articleParagraphs((await Array.fromAsync(text())).join(''))
    : htmlParagraphs(text())
  yield* toPieces(paragraphs)
}

async function wholeText(
  source: Source,
  text: () => AsyncGenerator<string, void>,
  limits: Limits,
): Promise<string> {
  throwIfLarger(source.sizeBytes, mostBytes(limits, 'treeDocumentBytes'))
  return (await Array.fromAsync(text())).join('')
}

async function findCharset(source: Source): Promise<Charset> {
  const survey = await surveyBytes(source.bytes())
  const unicode = charsetOfMark(survey.head) ?? charsetOfZeros(survey.head)
  if (unicode) return unicode
  if (survey.hasNul) throw binary()
  return charsetOf(survey)
}

async function firstOf(text: AsyncGenerator<string, void>): Promise<string> {
  const { value } = await text.next()
  await text.return()
  return value ?? ''
}

const MOST_CONTROLS = 0.1

function throwIfBinary(head: string): void {
  let controls = 0
  for (let at = 0; at < head.length; at++) {
    const code = head.charCodeAt(at)
    if (code === 0) throw binary()
    if (isControl(code)) controls++
  }
  if (controls > MOST_CONTROLS * head.length) throw binary()
}

// Without tab, line feed, form feed and carriage return.
const isControl = (code: number): boolean =>
  (code < 32 && code !== 9 && code !== 10 && code !== 12 && code !== 13) || (code >= 127 && code < 160)

const binary = (): EmbedlineError =>
  new EmbedlineError('unsupported_type', 'The file is neither text nor of a known type.')
