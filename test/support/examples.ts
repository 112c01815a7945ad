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
  /** It goes on until somebody ends it: `<!-- endless -->` before the block. */
  isEndless: boolean
}

/** The README and every page of docs. */
export const pages = (): string[] => [
  'README.md',
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'))
    .toSorted(),
]

const BLOCK = /(?:<!-- (?:not run: ([^\n]*?)|(endless)) -->\n\n)?^```(\w*)\n([^]*?)^```$/gm

const read = (page: string): string => readFileSync(`${ROOT}${page}`, 'utf8')

/** A page without its blocks of code. */
export const textOf = (page: string): string => read(page).replaceAll(BLOCK, '')

export function examplesOf(page: string): Example[] {
  const text = read(page)
  return [...text.matchAll(BLOCK)].map(
    ({ index, 0: whole, 1: notRun, 2: endless, 3: language = '', 4: code = '' }) => ({
      page,
      line: text.slice(0, index + whole.indexOf('```')).split('\n').length + 1,
      language,
      code,
      isEndless: endless !== undefined,
      ...(notRun !== undefined && { notRun }),
    }),
  )
}

/** Of every way to write a block, or to mark one: whatever `examplesOf` may have missed makes these more. */
export const countMarks = (page: string): { fences: number; marks: number } => ({
  fences: (read(page).match(/^[\s>*-]*(?:```|~~~)/gm) ?? []).length,
  marks: (read(page).match(/^\s*<!-- (?:not run|endless)/gm) ?? []).length,
})
