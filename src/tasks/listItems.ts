import {
  listItems as readItems,
  type ItemFilter,
  type ItemPlace,
  type ListedItem,
} from '../queue/listItems.ts'
import { fileKeys } from '../store/bucketFiles.ts'
import type { PartPayload } from './embedPart.ts'
import { getAnyTask } from './getAny.ts'
import type { DocumentPayload } from './listBucket.ts'
import type { TaskParts } from './parts.ts'
import type { SlicePayload } from './plan.ts'
import type { FetchPayload } from './sourceUrl.ts'

/** What an item works on: a stretch of media, pages of a document, another part of it, a file of a bucket, a URL. */
export interface ItemSubject {
  startSec?: number
  endSec?: number
  part?: PartPayload['part']['kind']
  /** From 1. */
  firstPage?: number
  lastPage?: number
  file?: string
  url?: string
}

export interface TaskItem extends Omit<ListedItem, 'payload'> {
  subject: ItemSubject
}

export interface TaskItemPage {
  items: TaskItem[]
  nextAfter?: ItemPlace
}

/** A page of the items of a task. Undefined when the account has no such task. */
export async function listItems(
  parts: TaskParts,
  accountId: string,
  taskId: string,
  filter: ItemFilter,
): Promise<TaskItemPage | undefined> {
  if (!(await getAnyTask(parts, accountId, taskId))) return undefined
  const { items, nextAfter } = await readItems(parts.store.read, taskId, filter)
  const fileIds = items
    .filter(({ kind }) => kind === 'document')
    .map(({ payload }) => (payload as DocumentPayload).fileId)
  const keys = await fileKeys(parts.store.read, fileIds)
  return {
    items: items.map(({ payload, ...item }) => ({
      ...item,
      subject: subjectOf({ ...item, payload }, keys),
    })),
    ...(nextAfter && { nextAfter }),
  }
}

function subjectOf({ kind, payload }: ListedItem, keys: ReadonlyMap<number, string>): ItemSubject {
  if (kind === 'slice') return sliceSubject(payload as SlicePayload)
  if (kind === 'part') return partSubject(payload as PartPayload)
  if (kind === 'fetch') return { url: (payload as FetchPayload).url }
  const file = kind === 'document' ? keys.get((payload as DocumentPayload).fileId) : undefined
  return file === undefined ? {} : { file }
}

function sliceSubject({ slices }: SlicePayload): ItemSubject {
  const [first] = slices
  const last = slices.at(-1)
  return first && last ? { startSec: first.startMs / 1000, endSec: last.endMs / 1000 } : {}
}

const partSubject = ({ part }: PartPayload): ItemSubject => ({
  part: part.kind,
  ...(part.kind === 'pages' && { firstPage: part.first, lastPage: part.last }),
})
