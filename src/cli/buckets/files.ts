import { EmbedlineError } from '../../domain/errors.ts'
import { allPages, type ServerCalls } from '../serverCalls.ts'
import { embeddedPath, objectsPath } from './paths.ts'

/** A file of an embedded bucket, as the server tells it. */
export interface EmbeddedFile {
  filename: string
  status: string
  size_bytes: number
  chunks: number
  last_embedded_at?: string
  error_reason?: string
  error_message?: string
}

/** A file of a bucket: in it, embedded, or both. */
export interface ListedFile {
  key: string
  /** `new`: not embedded yet; `gone`: embedded, but not in the bucket any more; else the state of its embedding. */
  status: string
  size_bytes: number
  chunks: number
  last_embedded_at?: string
  error_reason?: string
}

/** All files of an embedded bucket. Throws `not_found` for a bucket that is not embedded. */
export async function embeddedFiles(server: ServerCalls, bucket: string): Promise<EmbeddedFile[]> {
  const { data } = (await server.call('GET', embeddedPath(bucket))) as { data: EmbeddedFile[] }
  return data
}

/** All files of a bucket, in order of their keys. Throws `not_found` when it is neither there nor embedded. */
export async function listFiles(server: ServerCalls, bucket: string): Promise<ListedFile[]> {
  const [objects, embedded] = await Promise.all([
    ifThere(allPages<StoredObject>(server, objectsPath(bucket), { noun: 'objects' })),
    ifThere(embeddedFiles(server, bucket)),
  ])
  if (!objects && !embedded) throw new EmbedlineError('not_found', `there is no bucket ${bucket}`)
  const files = new Map<string, ListedFile>()
  for (const { key, size_bytes } of objects ?? [])
    files.set(key, { key, status: 'new', size_bytes, chunks: 0 })
  for (const file of embedded ?? []) {
    const { filename: key, status, size_bytes, chunks, last_embedded_at, error_reason } = file
    files.set(key, {
      key,
      status: files.has(key) ? status : 'gone',
      size_bytes,
      chunks,
      ...(last_embedded_at !== undefined && { last_embedded_at }),
      ...(error_reason !== undefined && { error_reason }),
    })
  }
  return [...files.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

interface StoredObject {
  key: string
  size_bytes: number
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof EmbedlineError && error.code === 'not_found') return undefined
    throw error
  }
}
