import { buffer } from 'node:stream/consumers'
import type { Batch } from '../../src/domain/task.ts'
import { createBatch } from '../../src/tasks/batches/createBatch.ts'
import { getBatch } from '../../src/tasks/batches/getBatch.ts'
import { createFile, openFile } from '../../src/tasks/files/files.ts'
import type { TaskRoom } from './taskRoom.ts'

/** A line of a batch's file. */
export const requestLine = (name: string, body: object = {}): string =>
  JSON.stringify({
    custom_id: name,
    method: 'POST',
    url: '/v1/embeddings',
    body: { model: 'tiny', input: name, ...body },
  })

export const requestLines = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => requestLine(`r${index}`))

/** What came of one request. */
export interface Answered {
  custom_id: string
  response: { status_code: number; body: { data: { embedding: number[] }[]; error: { code: string } } } | null
  error: { code: string } | null
}

export const answersIn = (jsonl: string): Answered[] =>
  jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Answered)

/** Uploads a file and makes a batch of it. */
export async function batchOf(room: TaskRoom, content: string): Promise<Batch> {
  const received = await room.received(content)
  const file = await createFile(room.parts, room.account, { received, filename: 'requests.jsonl' })
  return createBatch(room.parts, room.account, { inputFileId: file.id })
}

export async function batchNow({ parts, account }: TaskRoom, id: string): Promise<Batch> {
  const batch = await getBatch(parts, account.id, id)
  if (!batch) throw new Error(`no batch ${id}`)
  return batch
}

/** What is in one of the files of a batch; nothing when there is none. */
export async function answersOf(
  { parts, account }: TaskRoom,
  fileId: string | undefined,
): Promise<Answered[]> {
  const found = fileId === undefined ? undefined : await openFile(parts, account.id, fileId)
  return found ? answersIn((await buffer(found.bytes)).toString()) : []
}

/** The hashes of all bytes that are kept. */
export async function keptBytes({ parts }: TaskRoom): Promise<string[]> {
  const kept = []
  for await (const { hash } of parts.objects.list()) kept.push(hash)
  return kept
}
