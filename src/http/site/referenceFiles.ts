import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** Each with the folders in which it is looked for. A clone has the library in its packages, the npm package beside. */
const FILES = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
  'frame.css': 'text/css; charset=utf-8',
} as const

type Name = keyof typeof FILES

export interface ReferenceFile {
  contentType: string
  bytes: Buffer
  gzipped: Buffer
}

export interface ReferenceFiles {
  /** Where they are on the site: another place for other bytes, so that browsers may keep them for ever. */
  folder: string
  /** Those that are here: without its development packages a clone lacks the library. */
  files: ReadonlyMap<string, ReferenceFile>
}

/** Where `GET {REFERENCE_FOLDER}/{hash}/{name}` answers. */
export const REFERENCE_FOLDER = '/docs/assets'

const compress = promisify(gzip)

let read: Promise<ReferenceFiles> | undefined

/** What the reference's page loads. Read and compressed once, on the first request for it. */
export const referenceFiles = (): Promise<ReferenceFiles> => (read ??= readFiles())

async function readFiles(): Promise<ReferenceFiles> {
  const files = new Map<string, ReferenceFile>()
  const hash = createHash('sha256')
  for (const [name, contentType] of Object.entries(FILES)) {
    const bytes = await readOwnOrLibrary(name as Name)
    if (bytes === undefined) continue
    hash.update(bytes)
    files.set(name, { contentType, bytes, gzipped: await compress(bytes, { level: 9 }) })
  }
  return { folder: `${REFERENCE_FOLDER}/${hash.digest('hex').slice(0, 16)}`, files }
}

async function readOwnOrLibrary(name: Name): Promise<Buffer | undefined> {
  try {
    return await readFile(new URL(`./reference/${name}`, import.meta.url))
  } catch {
    return readOfLibrary(name)
  }
}

async function readOfLibrary(name: Name): Promise<Buffer | undefined> {
  try {
    return await readFile(createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`))
  } catch {
    return undefined
  }
}
