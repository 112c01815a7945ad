import { EmbedlineError } from '../../domain/errors.ts'
import { pinOf, spaceOf, type ModelFacts } from '../../domain/model.ts'
import type { TextOutcome } from '../../domain/remoteTexts.ts'
import { unitPrefix } from '../../lib/unitPrefix.ts'
import type { ClaimedItem } from '../../queue/claim.ts'
import { postpone } from '../../queue/postpone.ts'
import { settle } from '../../queue/settle.ts'
import { countRequests, getBatchWork, type BatchWork } from '../../store/batches.ts'
import { getStretch, setOutcome, type Stretch } from '../../store/batchStretches.ts'
import { settleParts } from '../addEnd.ts'
import { measureTexts } from '../embedTexts.ts'
import { leaseLost } from '../leaseLost.ts'
import type { TaskParts } from '../parts.ts'
import { quotaAgainMs } from '../quotas.ts'
import { keepMadeBytes } from '../storedBytes.ts'
import { remoteOf } from '../textVectors.ts'
import type { LinesPayload } from './checkBatch.ts'
import { isLine, type BatchLine, type LinePlace } from '../../domain/lineFormat.ts'
import { linesOfStretch } from './linesOfStretch.ts'

interface Job {
  parts: TaskParts
  batch: BatchWork
  model: ModelFacts
  signal: AbortSignal
  isAlone: boolean
}

/** A request that can be answered, with what it takes. */
interface Request {
  line: BatchLine
  place: LinePlace
  texts: readonly string[]
  /** Of its vectors. */
  length: number
  tokenCount: number
}

interface Outcome {
  done: number
  failed: number
  textTokens: number
}

/**
 * Answers the requests of a stretch of a batch. What came of them is written to the disk first and referred to by the
 * transaction that settles the item: a request is answered once, whatever happens. One that cannot be answered fails alone.
 */
export async function embedLines(parts: TaskParts, item: ClaimedItem, signal: AbortSignal): Promise<void> {
  const { ordinal } = item.payload as LinesPayload
  const taskId = item.taskId ?? ''
  const batch = await getBatchWork(parts.store.read, taskId)
  const stretch = await getStretch(parts.store.read, taskId, ordinal)
  if (!batch || !stretch) throw new EmbedlineError('not_found', 'The batch is gone.')
  const dueMs = await quotaAgainMs(parts, item.accountId, ['tokensPerDay'])
  // It is accepted: it waits until its account has tokens again.
  if (dueMs !== undefined)
    return void (await parts.store.execute((db) => postpone(db, item, { dueMs, nowMs: parts.clock.nowMs() })))
  const model = parts.models.facts(batch.model)
  const upload = await parts.objects.receive(Number.POSITIVE_INFINITY)
  try {
    const failures: Uint8Array[] = []
    const job = { parts, batch, model, signal, isAlone: item.isAlone }
    const outcome = await answerAll(job, stretch, {
      done: (bytes) => upload.write(bytes),
      failed: async (bytes) => void failures.push(bytes),
    })
    const doneBytes = upload.sizeBytes
    for (const bytes of failures) await upload.write(bytes)
    const received = await upload.finish()
    const failedBytes = received.sizeBytes - doneBytes
    await keepMadeBytes(parts, batch.accountId, received, async (db) => {
      const nowMs = parts.clock.nowMs()
      if (!(await settle(db, item, { state: 'done', nowMs }))) throw leaseLost()
      const kept = { hash: received.hash, doneBytes, failedBytes }
      await setOutcome(db, batch.id, { ordinal, outcome: kept })
      await countRequests(db, batch.id, outcome)
      await settleParts(db, batch.id, { outcome: 'done', tokens: outcome.textTokens, nowMs })
    })
  } finally {
    await upload.abandon()
  }
  parts.wake()
}

interface Sink {
  done(line: Uint8Array): Promise<void>
  failed(line: Uint8Array): Promise<void>
}

async function answerAll(job: Job, stretch: Stretch, sink: Sink): Promise<Outcome> {
  const { parts, batch, model } = job
  const { space } = spaceOf(model, 'text')
  const outcome: Outcome = { done: 0, failed: 0, textTokens: 0 }
  const requests: Request[] = []

  const fail = async (line: BatchLine, place: LinePlace, why: EmbedlineError) => {
    outcome.failed++
    await sink.failed(parts.lineFormat.writeFailed(line, place, why))
  }

  for await (const { number, text } of linesOfStretch(parts, batch, stretch)) {
    job.signal.throwIfAborted()
    const line = await parts.lineFormat.read(text ?? '')
    if (!isLine(line)) throw new Error(`line ${number} of the batch ${batch.id} was readable before`)
    const place = { batchId: batch.id, line: number }
    const request = await measure(job, line, place)
    if (request instanceof EmbedlineError) await fail(line, place, request)
    else requests.push(request)
  }
  const vectors = await embedAll(
    job,
    requests.flatMap(({ texts }) => texts),
  )
  let at = 0
  for (const { line, place, texts, length, tokenCount } of requests) {
    const own = vectors.slice(at, at + texts.length)
    at += texts.length
    const failure = own.find((vector) => vector instanceof EmbedlineError)
    if (failure) await fail(line, place, failure.inField('texts'))
    else {
      const made = own.map((vector) => unitPrefix(vector as Float32Array, length))
      outcome.done++
      outcome.textTokens += tokenCount
      // What a caller should know of all of them stands with the batch.
      const answer = { model, space, vectors: made, tokenCount, warnings: [] }
      await sink.done(await parts.lineFormat.writeDone(line, place, answer))
    }
  }
  return outcome
}

async function measure(
  { parts, model }: Job,
  line: BatchLine,
  place: LinePlace,
): Promise<Request | EmbedlineError> {
  if (line.order instanceof EmbedlineError) return line.order
  try {
    const measures = await measureTexts(parts, model, line.order)
    return { line, place, texts: line.order.texts, ...measures }
  } catch (failure) {
    if (failure instanceof EmbedlineError) return failure
    throw failure
  }
}

/** One outcome for each text, in order. */
async function embedAll(
  { parts, model, signal, isAlone }: Job,
  texts: readonly string[],
): Promise<readonly TextOutcome[]> {
  if (texts.length === 0) return []
  const pin = pinOf(model)
  const remote = remoteOf(parts, pin)
  return remote
    ? remote.embed(pin, texts, 'document', { signal })
    : parts.compute.embedBatch(pin, texts, signal, { alone: isAlone })
}
