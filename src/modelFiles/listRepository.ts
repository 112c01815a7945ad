import { text } from 'node:stream/consumers'
import { EmbedlineError } from '../domain/errors.ts'
import type { CatalogueEntry } from './catalogue.ts'
import type { ExpectedFile } from './hashFile.ts'
import { brokenOff, type HubAnswer, type HubRequests, setbackOf } from './hubRequests.ts'
import { keepTrying, type Patience } from './keepTrying.ts'

/** A repository of a model has some dozens of files, and a page a thousand. */
const MOST_PAGES = 50

/**
 * What a repository has at the pinned commit: sizes of all files, SHA-256 of the large ones, git hashes of the others.
 * Throws `fetch_not_found` when there is no such repository or commit, `remote_refused` for an answer that is no list.
 */
export async function listRepository(
  requests: HubRequests,
  { repository, commit }: CatalogueEntry,
  patience: Patience,
): Promise<Map<string, ExpectedFile>> {
  const files = new Map<string, ExpectedFile>()
  const path = `/api/models/${repository}/tree/${commit}`
  let query: string | undefined = '?recursive=true'
  for (let pages = 0; query !== undefined; pages++) {
    if (pages === MOST_PAGES) throw notAList(requests.host, `it has no end after ${MOST_PAGES} pages`)
    const page = await getPage(requests, path + query, patience)
    for (const [name, file] of page.files) files.set(name, file)
    query = page.nextQuery
  }
  return files
}

interface Page {
  files: readonly (readonly [string, ExpectedFile])[]
  nextQuery: string | undefined
}

const getPage = (requests: HubRequests, path: string, patience: Patience): Promise<Page> =>
  keepTrying(async () => {
    try {
      const answer = await requests.get(path, { signal: patience.signal })
      if (answer.status === 200) return { value: await readPage(answer) }
      answer.body.destroy()
      return setbackOf(answer, 'list of the files of this commit', patience.clock.nowMs())
    } catch (failure) {
      if (failure instanceof EmbedlineError) return { failure }
      return { failure: brokenOff(requests.host, failure) }
    }
  }, patience)

async function readPage({ body, headers, host }: HubAnswer): Promise<Page> {
  const said = await text(body)
  const entries = parseJson(said)
  if (!Array.isArray(entries)) throw notAList(host, 'it is not a JSON array')
  return {
    files: entries.flatMap((entry) => fileOf(entry)),
    nextQuery: nextQuery(headers['link'], host),
  }
}

function parseJson(said: string): unknown {
  try {
    return JSON.parse(said)
  } catch {
    return undefined
  }
}

/** Empty for what is no file. The size of a large one is its own, not that of the pointer that stands for it in git. */
function fileOf(entry: unknown): [string, ExpectedFile][] {
  const { type, path, size, oid, lfs } = entry as Readonly<Record<string, unknown>>
  if (type !== 'file' || typeof path !== 'string') return []
  const large = lfs as Readonly<Record<string, unknown>> | undefined
  const sizeBytes = Number(large?.['size'] ?? size)
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return []
  const sha256 = hexOf(large?.['oid'], 64)
  const gitOid = hexOf(oid, 40)
  if (sha256 !== undefined) return [[path, { sizeBytes, sha256 }]]
  return [[path, { sizeBytes, ...(gitOid !== undefined && { gitOid }) }]]
}

/** Of so many digits; some hubs say of what kind it is before it. */
function hexOf(value: unknown, digits: number): string | undefined {
  const hex = typeof value === 'string' ? value.replace(/^sha256:/, '') : ''
  return hex.length === digits && /^[0-9a-f]+$/.test(hex) ? hex : undefined
}

/** Of the next page only the query is taken: a mirror may pass on the address of the hub itself. */
function nextQuery(link: string | string[] | undefined, host: string): string | undefined {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec([link ?? []].flat().join(', ')) ?? []
  if (address === undefined) return undefined
  const { search } = URL.parse(address, `http://${host}`) ?? {}
  if (search === undefined || search === '') throw notAList(host, 'its next page has no address')
  return search
}

const notAList = (host: string, reason: string) =>
  new EmbedlineError('remote_refused', `The list of files of ${host} cannot be understood: ${reason}.`)
