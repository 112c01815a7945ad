import PostalMime, { type Address, type Email } from 'postal-mime'
import type { TextPiece } from '../../domain/document.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { htmlParagraphs } from './html.ts'
import { toPieces } from './blocks.ts'

/**
 * A mail: its subject, people and date, its text (as plain text where it has both), the names of what is attached.
 * Throws `document_unreadable` for one that is nested without end.
 */
export async function* mailPieces(bytes: Uint8Array): AsyncGenerator<TextPiece, void> {
  const mail = await parseMail(bytes)
  const place = mail.subject?.trim() ? { heading: mail.subject.trim() } : {}
  const head = headLines(mail).join('\n')
  if (head !== '') yield { text: head, place }
  if (mail.text?.trim()) yield { text: mail.text.replaceAll(/\r\n?/g, '\n'), place }
  else
    for await (const piece of toPieces(htmlParagraphs([mail.html ?? '']))) yield { text: piece.text, place }
  const names = mail.attachments.map(({ filename }) => filename).filter((name) => name)
  if (names.length > 0) yield { text: `Attachments: ${names.join(', ')}`, place }
}

async function parseMail(bytes: Uint8Array): Promise<Email> {
  try {
    return await PostalMime.parse(bytes)
  } catch (cause) {
    throw new EmbedlineError('document_unreadable', 'The mail is damaged and cannot be read.', { cause })
  }
}

const headLines = ({ subject, from, to, cc, date }: Email): string[] =>
  [
    ['Subject', subject],
    ['From', from && people([from])],
    ['To', people(to)],
    ['Cc', people(cc)],
    ['Date', date],
  ].flatMap(([name, value]) => (value ? `${name}: ${value}` : []))

const people = (addresses: readonly Address[] | undefined): string =>
  (addresses ?? [])
    .flatMap((each) => each.group ?? [each])
    .map(({ name, address }) => (name && address ? `${name} <${address}>` : name || (address ?? '')))
    .join(', ')
