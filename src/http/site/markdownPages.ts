import { readdir, readFile } from 'node:fs/promises'

/** Of the clone, or of the npm package, which has the same pages. */
const ROOT = new URL('../../../', import.meta.url)

/** Beside those in `docs`. */
export const ROOT_PAGES = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md'] as const

/** Paths of all pages below the root, as in `docs/cli.md`: the site has each under the same path. */
export async function markdownPages(): Promise<string[]> {
  const names = await readdir(new URL('docs/', ROOT), { recursive: true })
  const pages = names.map((name) => `docs/${name.replaceAll('\\', '/')}`)
  return [...ROOT_PAGES, ...pages.filter((path) => path.endsWith('.md')).toSorted()]
}

/** The text of a page; undefined for what is none of them. */
export async function readMarkdown(path: string): Promise<string | undefined> {
  return (await markdownPages()).includes(path) ? readFile(new URL(path, ROOT), 'utf8') : undefined
}
