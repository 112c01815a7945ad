import { z } from 'zod'
import { EmbedlineError } from '../../../domain/errors.ts'
import type { MediaTaskOrder } from '../../../tasks/create.ts'
import { createTasks, type EntryOutcome, type TaskEntry } from '../../../tasks/createTasks.ts'
import { idempotencyKey, sha256 } from '../../keyedRequest.ts'
import { problemOf } from '../problems.ts'
import { parse, readJson } from '../readRequest.ts'
import { asRefusal } from '../../refusal.ts'
import { retentionOf } from '../../retention.ts'
import { reuseWish } from '../../reuseHeader.ts'
import type { Call, Handler } from '../route.ts'
import { presentTask } from '../tasks/present.ts'
import { noTask } from '../tasks/tasks.ts'
import { orderOf } from './request.ts'
import { Entries, makeEntry } from './schemas.ts'

const MULTI_STATUS = 207

/** Where an entry has what the verbs call by other words. */
const FIELD: ReadonlyMap<string, string> = new Map([
  ['assetId', 'source.asset_id'],
  ['url', 'source.url'],
  ['startSec', 'start_sec'],
])

/** What the entries of a request have in common. */
interface Reading {
  schema: ReturnType<typeof makeEntry>
  defaultModel: string
  wishes: Pick<MediaTaskOrder, 'mayReuse' | 'retentionMs'>
}

/** An entry that was read, or why it cannot be. */
interface ReadEntry {
  clientRef?: string
  entry: TaskEntry | EmbedlineError
}

/**
 * `POST /tasks/batch`: each entry becomes a task or is refused by itself; 207 when any was refused. An entry with a
 * `client_ref`, and every entry of a request with an `Idempotency-Key`, becomes one task however often it is sent.
 */
export const createBatch: Handler = async (call) => {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const { tasks } = await readJson(request, Entries, parts.limits.textBodyBytes)
  const reading = readingOf(call)
  const read = tasks.map((given, index) => readEntry(reading, given, key && `key ${key} ${index}`))
  const outcomes = await createTasks(
    parts,
    account,
    read.map(({ entry }) => entry),
  )
  const count = (status: EntryOutcome['status']) => outcomes.filter((each) => each.status === status).length
  const refused = count('refused')
  reply.code(refused > 0 ? MULTI_STATUS : 200)
  return {
    created: count('created'),
    existing: count('existing'),
    refused,
    results: outcomes.map((outcome, index) => ({
      index,
      ...(read[index]?.clientRef !== undefined && { client_ref: read[index].clientRef }),
      ...present(outcome, request.id),
    })),
  }
}

/** `POST /tasks`: one such entry; 200 with the task when it was made before. */
export const createTask: Handler = async (call) => {
  const { parts, account, request, reply } = call
  const key = idempotencyKey(request)
  const given = await readJson(request, z.unknown(), parts.limits.textBodyBytes)
  const { entry } = readEntry(readingOf(call), given, key && `key ${key}`)
  const [outcome] = await createTasks(parts, account, [entry])
  if (!outcome) throw new Error('an entry came to nothing')
  if (outcome.status === 'refused') throw inWireField(outcome.failure)
  // One that was made before may be gone since.
  const task = outcome.status === 'created' ? outcome.task : (outcome.task ?? noTask(outcome.id))
  reply.code(outcome.status === 'created' ? 201 : 200).header('location', `/api/tasks/${task.id}`)
  return presentTask(task, false)
}

const readingOf = ({ parts, request }: Call): Reading => ({
  schema: makeEntry(parts.limits),
  defaultModel: parts.models.default.id,
  wishes: { ...reuseWish(request), ...retentionOf(request) },
})

function readEntry(
  { schema, defaultModel, wishes }: Reading,
  given: unknown,
  keyInRequest: string | undefined,
): ReadEntry {
  const ref = clientRefOf(given)
  const clientRef = ref === undefined ? {} : { clientRef: ref }
  try {
    const entry = parse(given, schema)
    const key = ref === undefined ? keyInRequest : `ref ${ref}`
    const keyed = key !== undefined && {
      keyed: { key, method: 'POST', path: '/api/tasks/batch', bodyHash: sha256(JSON.stringify(entry)) },
    }
    return { ...clientRef, entry: { order: { ...wishes, ...orderOf(entry, defaultModel) }, ...keyed } }
  } catch (failure) {
    if (failure instanceof EmbedlineError) return { ...clientRef, entry: failure }
    throw failure
  }
}

/** So that whoever wrote an entry that is wrong can tell which one it is. */
const clientRefOf = (given: unknown): string | undefined =>
  typeof given === 'object' && given !== null && 'client_ref' in given && typeof given.client_ref === 'string'
    ? given.client_ref
    : undefined

function present(outcome: EntryOutcome, requestId: string) {
  const { status } = outcome
  if (status === 'refused')
    return { status, error: problemOf(asRefusal(inWireField(outcome.failure), requestId)) }
  return { status, task: outcome.task ? presentTask(outcome.task, false) : null }
}

const inWireField = (failure: EmbedlineError): EmbedlineError =>
  failure.field === undefined ? failure : failure.inField(FIELD.get(failure.field) ?? failure.field)
