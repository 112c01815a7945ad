import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A block of code of a page in Markdown. */
export interface Example {
  page: string
  /** Of its first line in the page. */
  line: number
  /** Empty for what is no example but shows what is printed. */
  language: string
  code: string
  /** Why it cannot be run where tests run: `<!-- not run: … -->` before the block. */
  notRun?: string
}

/** The README and every page of docs. */
export const pages = (): string[] => [
  'README.md',
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'))
    .toSorted(),
]

const BLOCK = /(?:<!-- not run: ([^\n]*?) -->\n\n)?^```(\w*)\n([^]*?)^```$/gm

export function examplesOf(page: string): Example[] {
  const text = readFileSync(`${ROOT}${page}`, 'utf8')
  return [...text.matchAll(BLOCK)].map(({ index, 0: whole, 1: notRun, 2: language = '', 3: code = '' }) => ({
    page,
    line: text.slice(0, index + whole.indexOf('```')).split('\n').length + 1,
    language,
    code,
    ...(notRun !== undefined && { notRun }),
  }))
}
