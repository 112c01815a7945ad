import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { hashFile } from '../../objects/diskParts.ts'
import { placeOf } from '../../objects/objects.ts'
import type { S3Objects } from '../../objects/s3/openS3.ts'
import type { MoveSource, Row } from '../../store/move/moveSource.ts'
import { uploadFile } from '../../tasks/uploads/uploadFile.ts'

export interface BytesOrder {
  source: Pick<MoveSource, 'select'>
  /** In which the bytes of the source lie. Nothing is written there. */
  folder: string
  target: Pick<S3Objects, 'sizeOf' | 'keepCopy' | 'openPart'>
  onProgress: (fraction: number) => void
}

export interface MovedBytes {
  objectCount: number
  sizeBytes: number
  /** Of these, what was there before. */
  presentCount: number
  /** Of uploads that are not complete. */
  partCount: number
  /** Paths below the folder of bytes that the database refers to, and that are not there or not what they were. */
  lost: string[]
}

const AT_A_TIME = 4

const never = new AbortController().signal

/**
 * Copies the stored bytes that a database refers to, each compared with its SHA-256 before it is sent, and the parts of
 * uploads that are not complete. What is there already stays, so another call goes on. Throws `storage_unavailable`.
 */
export async function moveBytes(order: BytesOrder): Promise<MovedBytes> {
  const moved: MovedBytes = { objectCount: 0, sizeBytes: 0, presentCount: 0, partCount: 0, lost: [] }
  const [total] = order.source.select('select max(1, coalesce(sum(size_bytes), 0)) as bytes from object')
  const objects = order.source.select('select account_id, hash, size_bytes from object')
  await someAtATime(objects, async (row) => {
    const sizeBytes = Number(row['size_bytes'])
    const outcome = await moveObject(order, String(row['account_id']), String(row['hash']), sizeBytes)
    if (typeof outcome === 'object') moved.lost.push(outcome.lost)
    else {
      moved.objectCount++
      moved.sizeBytes += sizeBytes
      if (outcome === 'present') moved.presentCount++
    }
    order.onProgress(moved.sizeBytes / Number(total?.['bytes']))
  })
  // One after the other: each passes through the disk.
  for (const row of order.source.select(PARTS)) {
    const lost = await movePart(order, row)
    if (lost === undefined) moved.partCount++
    else moved.lost.push(lost)
  }
  moved.lost.sort()
  return moved
}

async function moveObject(
  { folder, target }: BytesOrder,
  accountId: string,
  hash: string,
  sizeBytes: number,
): Promise<'moved' | 'present' | { lost: string }> {
  if ((await target.sizeOf(accountId, hash)) === sizeBytes) return 'present'
  const place = placeOf(accountId, hash)
  const path = join(folder, place)
  if ((await hashIfThere(path, sizeBytes)) !== hash) return { lost: place }
  await target.keepCopy(accountId, { hash, sizeBytes, path })
  return 'moved'
}

async function hashIfThere(path: string, sizeBytes: number): Promise<string | undefined> {
  try {
    return await hashFile(path, never, sizeBytes)
  } catch (error) {
    if (error instanceof EmbedlineError && error.code === 'input_missing') return undefined
    throw error
  }
}

/** Parts of uploads that somebody may go on with, or that are about to become an asset. */
const PARTS = `select upload.id, part_bytes, number, upload_part.size_bytes, md5,
    exists (select 1 from asset where asset.id = asset_id and object_hash is not null) as is_asset
  from upload_part join upload on upload.id = upload_id
  where state in ('active', 'received') and md5 <> '' order by upload.id, number`

/** The name of the file when it is lost. */
async function movePart({ folder, target }: BytesOrder, row: Row): Promise<string | undefined> {
  const name = uploadFile(String(row['id']))
  const [number, sizeBytes] = [Number(row['number']), Number(row['size_bytes'])]
  const place = { number, offset: (number - 1) * Number(row['part_bytes']), sizeBytes }
  const part = await target.openPart(name, place)
  try {
    const read = createReadStream(join(folder, 'unfinished', name), {
      start: place.offset,
      end: place.offset + sizeBytes - 1,
    })
    for await (const chunk of read) await part.write(chunk as Buffer)
    const written = await part.finish()
    return written.sizeBytes === sizeBytes && written.md5 === row['md5'] ? undefined : `unfinished/${name}`
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    // Of an asset they lie at its place already.
    return row['is_asset'] === 1 ? undefined : `unfinished/${name}`
  } finally {
    await part.close()
  }
}

/** Runs `work` for all rows, a few at once. The first failure ends it. */
async function someAtATime(rows: Iterable<Row>, work: (row: Row) => Promise<void>): Promise<void> {
  const each = rows[Symbol.iterator]()
  let isOver = false
  const worker = async () => {
    for (;;) {
      const next = isOver ? undefined : each.next()
      if (!next || next.done === true) return
      await work(next.value)
    }
  }
  const workers = Array.from({ length: AT_A_TIME }, () =>
    worker().catch((failure: unknown) => {
      isOver = true
      throw failure
    }),
  )
  await Promise.allSettled(workers)
  await Promise.all(workers)
}
