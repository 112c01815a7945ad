import type { Place } from '../../../domain/document.ts'
import {
  MODALITIES,
  SCOPES,
  type EmbeddingKey,
  type EncodedChunk,
  type NumbersAs,
  type StoredEmbedding,
} from '../../../domain/embedding.ts'
import { EmbedlineError } from '../../../domain/errors.ts'
import type { OpenResult } from '../../../tasks/openResult.ts'
import type { TaskParts } from '../../../tasks/parts.ts'
import { presentPlace } from '../presentPlace.ts'
import type { EmbeddingsQuery, Field } from './schemas.ts'

/** An embedding as JSON in pieces, with what to go on after. */
export interface Row {
  id: string
  bytes: readonly Uint8Array[]
}

/** The embeddings of a result that a query asks for. Throws `request_invalid` for an `after` that is no id of one. */
export function rowsOf(
  parts: Pick<TaskParts, 'models'>,
  result: OpenResult,
  query: EmbeddingsQuery,
): AsyncIterable<readonly Row[]> {
  const { after, limit, fields } = query
  const options = { numbers: numbersOf(query), ...(limit !== undefined && { limit }) }
  const choose = chooser(fields)
  if (result.kind === 'media') {
    const { option, scope, start_sec: startSec, end_sec: endSec } = query
    const pages = result.read({
      ...options,
      ...(after !== undefined && { after: keyOf(after) }),
      ...(option && { modalities: option }),
      ...(scope && { scopes: scope }),
      ...(startSec !== undefined && { startSec }),
      ...(endSec !== undefined && { endSec }),
    })
    return mapPages(pages, (embedding) => mediaRow(embedding, choose))
  }
  // Chunks of files are all of text, and have no time of a medium.
  if (!mayHaveChunks(query)) return mapPages(none(), (row: Row) => row)
  const pages = result.read({ ...options, ...(after !== undefined && { after: chunkKeyOf(after) }) })
  const spaceOf = ({ model: pin }: EncodedChunk) =>
    parts.models.all.find(({ id, revision }) => id === pin.id && revision === pin.revision)?.spaces.text
      ?.space
  return mapPages(pages, (chunk) => chunkRow(chunk, spaceOf(chunk), choose))
}

function numbersOf({ fields, encoding_format: format }: EmbeddingsQuery): NumbersAs {
  if (fields && !fields.includes('embedding') && !fields.includes('uncertainty')) return 'none'
  return format === 'base64' ? 'base64' : 'json'
}

const mayHaveChunks = ({ option, scope, start_sec: start, end_sec: end }: EmbeddingsQuery): boolean =>
  (option?.includes('text') ?? true) &&
  (scope?.includes('chunk') ?? true) &&
  start === undefined &&
  end === undefined

type Choose = (
  row: Partial<Record<Field, unknown>>,
  numbers: Partial<Record<Field, Uint8Array>>,
) => Uint8Array[]

/** Writes those of the fields that were asked for. */
function chooser(fields: readonly Field[] | undefined): Choose {
  const isChosen = (field: string) => fields?.includes(field as Field) ?? true
  return (row, numbers) => {
    const told = Object.fromEntries(Object.entries(row).filter(([field]) => isChosen(field)))
    const pieces: Uint8Array[] = [Buffer.from(JSON.stringify(told).slice(0, -1))]
    let isFirst = Object.keys(told).length === 0
    for (const [field, bytes] of Object.entries(numbers)) {
      if (!isChosen(field) || bytes.length === 0) continue
      pieces.push(Buffer.from(`${isFirst ? '' : ','}"${field}":`), bytes)
      isFirst = false
    }
    return [...pieces, BRACE]
  }
}

const BRACE = Buffer.from('}')

function mediaRow(embedding: StoredEmbedding, choose: Choose): Row {
  const { modality, scope, position, startSec, endSec, page, quadrant, chunk, space, dimension } = embedding
  const id = `${scope}-${position}-${modality}`
  const isTimed = scope === 'clip' || scope === 'asset'
  const row = {
    id,
    option: modality,
    scope,
    ...(isTimed && { start_sec: startSec, end_sec: endSec }),
    ...(page !== undefined && { page }),
    ...(quadrant !== undefined && { quadrant }),
    ...(chunk !== undefined && { chunk }),
    space,
    dimension,
  }
  const { vectorJson, uncertaintyJson } = embedding
  const numbers = { embedding: vectorJson, ...(uncertaintyJson && { uncertainty: uncertaintyJson }) }
  return { id, bytes: choose(row, numbers) }
}

function chunkRow(chunk: EncodedChunk, space: string | undefined, choose: Choose): Row {
  const { fileKey, ordinal, sourceUrl, text, placeJson, model, dimension, vectorJson } = chunk
  const id = `${ordinal}-${Buffer.from(fileKey).toString('base64url')}`
  const row = {
    id,
    option: 'text',
    scope: 'chunk',
    key: fileKey,
    ...(sourceUrl !== undefined && { source_url: sourceUrl }),
    chunk: ordinal,
    text,
    place: presentPlace(JSON.parse(placeJson) as Place),
    model,
    ...(space !== undefined && { space }),
    dimension,
  }
  return { id, bytes: choose(row, { embedding: vectorJson }) }
}

function keyOf(id: string): EmbeddingKey {
  const [, scope, position, modality] = /^(\w+)-(\d{1,15})-(\w+)$/.exec(id) ?? []
  const found = {
    scope: SCOPES.find((each) => each === scope),
    modality: MODALITIES.find((each) => each === modality),
  }
  if (!found.scope || !found.modality) throw noId()
  return { scope: found.scope, position: Number(position), modality: found.modality }
}

function chunkKeyOf(id: string): { fileKey: string; ordinal: number } {
  const [, ordinal, key] = /^(\d{1,15})-([\w-]+)$/.exec(id) ?? []
  if (key === undefined) throw noId()
  return { fileKey: Buffer.from(key, 'base64url').toString(), ordinal: Number(ordinal) }
}

const noId = () =>
  new EmbedlineError('request_invalid', 'It is no `id` of an embedding of this task.', { field: 'after' })

async function* mapPages<From, To>(
  pages: AsyncIterable<readonly From[]>,
  map: (one: From) => To,
): AsyncGenerator<readonly To[], void, void> {
  for await (const page of pages) yield page.map(map)
}

async function* none(): AsyncGenerator<never> {}
