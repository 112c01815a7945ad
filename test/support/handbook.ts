import type { BucketFile } from '../../src/domain/task.ts'
import { createBucketTask, type BucketTaskOrder } from '../../src/tasks/createBucket.ts'
import { getBucketTask, listBucketFiles } from '../../src/tasks/getBucket.ts'
import { searchBucket } from '../../src/tasks/searchBucket.ts'
import type { TaskRoom } from './taskRoom.ts'

export const ORDER: BucketTaskOrder = {
  bucket: 'handbook',
  modelName: 'tiny',
  chunks: { sizeCharacters: 1024, overlapCharacters: 512 },
  loader: 'default',
}

export const OTHER_SETTINGS = { chunks: { sizeCharacters: 100, overlapCharacters: 10 } }

export const never = new AbortController().signal

export const startBucket = async (room: TaskRoom, order: Partial<BucketTaskOrder> = {}) =>
  (await createBucketTask(room.parts, room.account, { ...ORDER, ...order })).id

export const readBucket = (room: TaskRoom, id: string) => getBucketTask(room.parts, room.account.id, id)

export async function embedBucket(room: TaskRoom, order: Partial<BucketTaskOrder> = {}) {
  const id = await startBucket(room, order)
  await room.drain()
  return readBucket(room, id)
}

export async function bucketFiles(room: TaskRoom, account = room.account): Promise<BucketFile[]> {
  const pages = await listBucketFiles(room.parts, account.id, 'handbook')
  const all: BucketFile[] = []
  for await (const page of pages ?? []) all.push(...page)
  return all
}

export const searchTexts = async (room: TaskRoom, query: string, account = room.account) =>
  (await searchBucket(room.parts, account, { bucket: 'handbook', query, limit: 100 })).results.map(
    ({ text }) => text,
  )

export const chunkRows = async ({ parts }: TaskRoom) =>
  parts.store.read
    .selectFrom('chunk')
    .select(['file_id', 'generation', 'ordinal', 'text'])
    .orderBy('file_id')
    .orderBy('generation')
    .orderBy('ordinal')
    .execute()

/** From now on it looks as if the bucket had been embedded by a model that is not the one of these tests. */
export const pretendOtherModel = ({ parts }: TaskRoom) =>
  parts.store.write((db) =>
    db
      .updateTable('embedded_bucket')
      .set({ settings_json: JSON.stringify({ model: { id: 'old', revision: '1' } }) })
      .execute(),
  )

/** Three files, of five paragraphs in all. */
export async function fillHandbook(room: TaskRoom) {
  await room.put('handbook', 'a.txt', 'aaa\n\naab')
  await room.put('handbook', 'folder/b.txt', 'bbb\n\nbbc')
  await room.put('handbook', 'c.txt', 'ccc')
}
