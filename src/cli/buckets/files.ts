import type { ServerCalls } from '../serverCalls.ts'
import { embeddedPath } from './paths.ts'

/** A file of an embedded bucket, as the server tells it. */
export interface EmbeddedFile {
  filename: string
  status: string
  created_at: string
  updated_at?: string
  last_embedded_at?: string
  error_reason?: string
}

/** All files of an embedded bucket. Throws `not_found` for a bucket that is not embedded. */
export async function embeddedFiles(server: ServerCalls, bucket: string): Promise<EmbeddedFile[]> {
  const { data } = (await server.call('GET', embeddedPath(bucket))) as { data: EmbeddedFile[] }
  return data
}
