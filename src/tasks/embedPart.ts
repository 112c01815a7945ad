import { EmbedlineError } from '../domain/errors.ts'
import type { PartSummary, PartVector, TaskPart } from '../domain/partWork.ts'
import { isMediaRequest } from '../domain/taskRequest.ts'
import type { RunOptions } from '../domain/compute.ts'
import type { ClaimedItem } from '../queue/claim.ts'
import { saveProgress } from '../queue/progress.ts'
import { settle } from '../queue/settle.ts'
import { insertParts, insertSums } from '../store/embeddings.ts'
import { addEmbeddings, getTaskWork, type TaskWork } from '../store/tasks.ts'
import { settleParts } from './addEnd.ts'
import { embedPartRemotely } from './embedPartRemotely.ts'
import type { TaskParts } from './parts.ts'
import { makeSums, type ModalitySum } from './sums.ts'
import { remoteOf } from './textVectors.ts'

/** What a part item carries. */
export interface PartPayload {
  part: TaskPart
}

interface Progress {
  /** How many chunks of a text are settled. */
  chunkCount: number
}

/**
 * Embeds a part of a picture or of a document and settles it with its vectors, guarded by the fence: whoever lost the
 * lease writes nothing. The chunks of a text are settled batch by batch, and go on after the last one.
 */
export async function embedPart(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const task = await getTaskWork(parts.store.read, item.taskId ?? '')
  if (!task?.plan || task.objectHash === undefined || isMediaRequest(task.request))
    throw new EmbedlineError('not_found', 'The task is gone.')
  const { part } = item.payload as PartPayload
  let { chunkCount } = (item.progress as Progress | undefined) ?? { chunkCount: 0 }
  const sums = makeSums()
  const kept: PartVector[] = []
  const bytes = { accountId: task.accountId, hash: task.objectHash }
  const left = part.kind === 'chunks' ? { ...part, from: chunkCount } : part
  const onVectors = async (vectors: readonly PartVector[]) => {
    for (const { weight, ...each } of vectors) if (weight > 0) sums.add({ ...each, weight, endMs: 0 })
    const shown = vectors.filter(({ place }) => isShown(task, place.scope))
    if (part.kind !== 'chunks') return void kept.push(...shown)
    chunkCount += vectors.length
    await saveChunks(parts, item, task, shown, { chunkCount })
  }
  const summary = await parts.objects.useFile(bytes, signal, (file) =>
    embed(parts, { file, task, part: left }, onVectors, signal, { alone: item.isAlone }),
  )
  await settlePart(parts, item, task, { part, vectors: kept, sums: sums.all(), summary })
  parts.wake()
}

function embed(
  parts: TaskParts,
  { file, task, part }: { file: string; task: TaskWork; part: TaskPart },
  onVectors: (vectors: readonly PartVector[]) => Promise<void>,
  signal: AbortSignal,
  options: RunOptions,
): Promise<PartSummary> {
  const { model, request } = task
  const remote = remoteOf(parts, model)
  if (!remote) {
    const work = { file, model, part, uncertainty: request.uncertainty === true }
    return parts.compute.embedPart(work, onVectors, signal, options)
  }
  // Such models embed text alone, and nothing else of a document was planned.
  if (part.kind !== 'words' && part.kind !== 'chunks')
    throw new Error(`${part.kind} cannot be embedded by a model on another server`)
  return embedPartRemotely(parts, remote, { file, model, part }, onVectors, signal, options)
}

/** The stretches of a text count for the whole and are not vectors of their own. */
function isShown({ request }: TaskWork, scope: PartVector['place']['scope']): boolean {
  if (request.input === 'image') return true
  const scopes: readonly string[] = request.scopes ?? []
  return scope !== 'asset' && scopes.includes('part')
}

async function saveChunks(
  parts: TaskParts,
  item: ClaimedItem,
  task: TaskWork,
  vectors: readonly PartVector[],
  progress: Progress,
): Promise<void> {
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await saveProgress(db, item, progress))) throw lost()
    const count = await insertParts(db, task.id, vectors)
    await addEmbeddings(db, task.id, { count, warnings: [], nowMs })
  })
}

interface PartResult {
  part: TaskPart
  vectors: readonly PartVector[]
  sums: readonly ModalitySum[]
  summary: PartSummary
}

async function settlePart(
  parts: TaskParts,
  item: ClaimedItem,
  task: TaskWork,
  { part, vectors, sums, summary }: PartResult,
): Promise<void> {
  parts.reach('between compute and commit')
  await parts.store.write(async (db) => {
    const nowMs = parts.clock.nowMs()
    if (!(await settle(db, item, { state: 'done', nowMs }))) throw lost()
    const count = await insertParts(db, task.id, vectors)
    await insertSums(db, task.id, part.kind === 'pages' ? part.first : 0, sums)
    await addEmbeddings(db, task.id, { count, ...summary, nowMs })
    await settleParts(db, task.id, { outcome: 'done', tokens: summary.textTokens, nowMs })
  })
}

const lost = () => new EmbedlineError('lease_lost', 'Another worker has this item now.')
