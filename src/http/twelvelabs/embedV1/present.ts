import { setImmediate } from 'node:timers/promises'
import type { EncodedEmbedding, Modality, Scope } from '../../../domain/embedding.ts'
import type { ModelFacts } from '../../../domain/model.ts'
import type { Task } from '../../../domain/task.ts'
import { presentTaskRow, presentTaskTail } from '../present.ts'
import { encodePage, type RowShape } from '../taskResult.ts'
import { OLD_MODEL } from './names.ts'

/** What Embed v1 calls a vector of all of the media. */
const scopeWord = (scope: Scope): string => (scope === 'asset' ? 'video' : scope)

/** Clients from before Marengo 3.0 look for the pictures under another name. */
const optionWord = ({ modelName }: Pick<Task, 'modelName'>, modality: Modality): string =>
  modality === 'visual' && modelName === OLD_MODEL ? 'visual-text' : modality

/** `visual-text` is the older name of `visual`. */
export const modalityOf = (option: string): string => (option === 'visual-text' ? 'visual' : option)

type Metadata = Readonly<Record<string, unknown>>

/** The key under which all that belongs to the media stands. */
const embeddingKey = ({ request }: Pick<Task, 'request'>): string => `${request.input}_embedding`

/** A row of the list: that of Embed v2, which has kept the shape, with the scopes in the words of Embed v1. */
export function presentRow(task: Task, facts: ModelFacts | undefined) {
  const row: Readonly<Record<string, unknown>> = presentTaskRow(task, facts)
  const key = embeddingKey(task)
  const { metadata } = row[key] as { metadata: Metadata }
  if (task.request.input !== 'video') return row
  return {
    ...row,
    [key]: {
      metadata: {
        ...metadata,
        video_embedding_scope: task.request.scopes.map(scopeWord),
        video_embedding_option: (metadata['video_embedding_option'] as Modality[]).map((modality) =>
          optionWord(task, modality),
        ),
      },
    },
  }
}

function partsOf(task: Task, facts: ModelFacts | undefined) {
  const { _id, model_name, status, created_at, updated_at, ...rest } = presentRow(task, facts) as Metadata
  const { [embeddingKey(task)]: embedding, ...others } = rest
  const { error } = presentTaskTail(task, facts)
  return {
    name: { _id, model_name, status },
    times: { created_at, updated_at },
    embedding: embedding as { metadata: Metadata },
    others: { ...(error && { error }), ...others },
  }
}

/** How far a task is, without its times. */
export function presentStatus(task: Task, facts: ModelFacts | undefined) {
  const { name, embedding, others } = partsOf(task, facts)
  return { ...name, [embeddingKey(task)]: embedding, ...others }
}

/** A task that has no segments to show. */
export function presentTask(task: Task, facts: ModelFacts | undefined) {
  const { name, times, embedding, others } = partsOf(task, facts)
  return { ...name, ...times, [embeddingKey(task)]: embedding, ...others }
}

/** The same with its segments, as bytes of JSON in pieces of a page each; `modalities` are those that are shown. */
export async function* taskWithSegments(
  task: Task,
  facts: ModelFacts | undefined,
  pages: AsyncIterable<readonly EncodedEmbedding[]>,
  modalities?: ReadonlySet<string>,
): AsyncGenerator<Buffer, void, void> {
  const { name, times, embedding, others } = partsOf(task, facts)
  const head = JSON.stringify({ ...name, ...times }).slice(0, -1)
  const metadata = JSON.stringify(embedding).slice(0, -1)
  yield Buffer.from(`${head},"${embeddingKey(task)}":${metadata},"segments":[`)
  const shape = segmentShape(task)
  let separator = ''
  for await (const page of pages) {
    const shown = modalities ? page.filter(({ modality }) => modalities.has(modality)) : page
    if (shown.length === 0) continue
    yield encodePage(shown, separator, shape)
    separator = ','
    // A fast client takes every piece at once: without a turn of the loop nobody else would be served meanwhile.
    await setImmediate()
  }
  yield Buffer.from(`]},${JSON.stringify(others).slice(1)}`)
}

const segmentShape = (task: Task): RowShape => ({
  key: 'float',
  placeOf: ({ modality, scope, startSec, endSec, space }) => ({
    start_offset_sec: startSec,
    end_offset_sec: endSec,
    embedding_option: optionWord(task, modality),
    embedding_scope: scopeWord(scope),
    space,
  }),
})
