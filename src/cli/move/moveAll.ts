import { tmpdir } from 'node:os'
import { systemClock } from '../../lib/clock.ts'
import { closeAll, type Opened } from '../../lib/closing.ts'
import type { S3Objects } from '../../objects/s3/openS3.ts'
import { lockFolder } from '../../store/lock.ts'
import { copyRows, compareRows, type BatchSize, type MovedRows } from '../../store/move/moveRows.ts'
import { openMoveSource, type MoveSource } from '../../store/move/moveSource.ts'
import { openMoveTarget, type MoveTarget } from '../../store/move/moveTarget.ts'
import { openWorkspace } from '../workspace.ts'
import { moveBytes, type MovedBytes } from './moveBytes.ts'
import type { MoveOrder } from './order.ts'

export interface MoveParts {
  order: MoveOrder
  /** Nothing is written: it is only said what would be moved. */
  isDry?: boolean
  /** The move is completed without bytes that are lost. */
  leavesLost?: boolean
  batch?: BatchSize
  onProgress: (step: MoveStep, fraction: number, table?: string) => void
}

export type MoveStep = 'rows' | 'checksums' | 'bytes'

export interface MoveSummary {
  id: string
  /** Servers may use the database. */
  isDone: boolean
  /** It went on where an earlier one was stopped. */
  isResumed: boolean
  /** Of a move that was completed before: when. Its rows are not compared again, for servers have changed them. */
  finishedMs?: number
  /** With their checksums, once they were compared. */
  tables: (Pick<MovedRows, 'name' | 'rowCount'> & Partial<MovedRows>)[]
  replacedTexts: number
  bytes?: MovedBytes
}

/**
 * Moves a database of SQLite into one of PostgreSQL, and the stored bytes into S3, as the order says. Only when all is there
 * and the same, a server may use the database. Killed at any moment, another call goes on. Throws `request_invalid` for
 * a database that cannot be moved or one that is not empty, `storage_unavailable` while a server runs on the source, when a
 * side cannot be reached, or when a row is not the same on both.
 */
export async function moveAll(parts: MoveParts): Promise<MoveSummary> {
  const { order } = parts
  const opened: Opened[] = []
  const open = <Part extends Opened>(part: Part): Part => {
    opened.push(part)
    return part
  }
  try {
    for (const folder of order.heldFolders) open(lockFolder(folder))
    const source = open(await openMoveSource(order.file))
    const { id, tables } = source
    const nowMs = () => systemClock.nowMs()
    const target =
      order.url === undefined ? undefined : open(await openMoveTarget({ url: order.url, id, tables, nowMs }))
    const objects = order.bytes && open(await openTarget(order.bytes.s3, open))
    const { finishedMs } = target?.state ?? {}
    const summary: MoveSummary = {
      id,
      isDone: finishedMs !== undefined,
      isResumed: target?.state !== undefined,
      ...(finishedMs !== undefined && { finishedMs }),
      tables: tables.map(({ name }) => ({ name, rowCount: source.rowCounts.get(name) ?? 0 })),
      replacedTexts: 0,
    }
    if (parts.isDry === true) return summary
    if (target && finishedMs === undefined) Object.assign(summary, await moveRows(parts, source, target))
    if (order.bytes && objects) {
      const onProgress = (fraction: number) => parts.onProgress('bytes', fraction)
      const { folder } = order.bytes
      summary.bytes = await moveBytes({ source, folder, target: objects, onProgress })
    }
    const isWhole = parts.leavesLost === true || (summary.bytes?.lost ?? []).length === 0
    if (target && isWhole && finishedMs === undefined) await target.finish(source.lastIds)
    return { ...summary, isDone: isWhole }
  } finally {
    await closeAll(opened)
  }
}

async function moveRows(
  { order, batch, onProgress }: MoveParts,
  source: MoveSource,
  target: MoveTarget,
): Promise<Pick<MoveSummary, 'tables' | 'replacedTexts'>> {
  if (target.state === undefined) await target.begin(order.file)
  const rows = { source, target, ...(batch && { batch }), onProgress }
  await copyRows(rows)
  return compareRows(rows)
}

/** Parts of uploads pass through a folder that goes afterwards. */
async function openTarget(
  settings: NonNullable<MoveOrder['bytes']>['s3'],
  open: <Part extends Opened>(part: Part) => Part,
): Promise<S3Objects> {
  const { openS3Objects } = await import('../../objects/s3/openS3.ts')
  const { folder } = open(await openWorkspace(tmpdir()))
  return openS3Objects({
    settings,
    folder,
    cacheBytes: 0,
    clock: systemClock,
    logger: {
      // It says that the store is away: a server would wait for it.
      warn(_message, fields) {
        throw fields?.['error']
      },
    },
    random: Math.random,
  })
}
