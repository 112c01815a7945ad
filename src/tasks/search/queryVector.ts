import type { Warning } from '../../domain/embedding.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import { pinOf, spaceOf, type ModelFacts } from '../../domain/model.ts'
import type { Account } from '../../domain/task.ts'
import type { MediaRequest } from '../../domain/taskRequest.ts'
import type { VectorKind } from '../../domain/vectorSet.ts'
import { embedMediaNow } from '../embedMediaNow.ts'
import { embedPicture, embedQuery } from '../embedNow.ts'
import type { TaskParts } from '../parts.ts'
import { usableModel } from '../usableModel.ts'
import { clipVector } from './clipVector.ts'
import { modelOfRange, type Range } from './range.ts'
import type { SearchQuery, SearchRequest } from './searchRequest.ts'

/** What is looked for, as a vector. */
export interface QueryVector extends VectorKind {
  /** Unit length. */
  vector: Float32Array
  warnings: readonly Warning[]
  /** Tasks that are left out. */
  notTaskIds?: readonly string[]
}

interface Surroundings {
  parts: TaskParts
  account: Account
  /** Embeds the query. */
  model: ModelFacts
  signal: AbortSignal
}

/**
 * Embeds what is looked for, or takes its stored vector. Throws `model_unknown`, `modality_unsupported`, `not_found` and
 * `request_invalid` for a clip or a vector that cannot be taken, and what embedding a text, a picture or media throws.
 */
export async function queryVector(
  parts: TaskParts,
  account: Account,
  { query, modelName }: Pick<SearchRequest, 'query' | 'modelName'>,
  range: Range,
  signal: AbortSignal,
): Promise<QueryVector> {
  if (query.kind === 'clip') {
    if (modelName !== undefined)
      throw new EmbedlineError('request_invalid', 'A clip is searched by the model that embedded it.', {
        field: 'model',
      })
    const { ownTaskIds, ...found } = await clipVector(parts, account, query)
    return { ...found, warnings: [], ...(query.excludesSelf && { notTaskIds: ownTaskIds }) }
  }
  const model = modelName === undefined ? modelOfRange(parts, range) : usableModel(parts, modelName)
  const problem = parts.models.problem(model)
  if (problem) throw problem
  return EMBED[query.kind]({ parts, account, model, signal }, query as never)
}

type QueryOf<Kind extends SearchQuery['kind']> = Extract<SearchQuery, { kind: Kind }>

const EMBED: {
  [Kind in Exclude<SearchQuery['kind'], 'clip'>]: (
    surroundings: Surroundings,
    query: QueryOf<Kind>,
  ) => Promise<QueryVector>
} = {
  async text({ parts, model, signal }, { text }) {
    const { space, dimension } = spaceOf(model, 'text', 'text')
    const { vector } = await embedQuery(parts, { modelName: model.id, text }, signal)
    return { model: pinOf(model), space, dimension, vector, warnings: [] }
  },
  async image({ parts, account, model, signal }, { source }) {
    const { space, dimension } = spaceOf(model, 'image', 'image')
    const { vector } = await embedPicture(parts, account, { modelName: model.id, source }, signal)
    return { model: pinOf(model), space, dimension, vector, warnings: [] }
  },
  audio: embedMedia,
  video: embedMedia,
  async vector({ model }, { vector, space }) {
    return { ...kindOf(model, vector, space), vector, warnings: [] }
  },
}

/** What is heard or seen in it, as one vector: the mean of its clips, each by its length. */
async function embedMedia(
  { parts, account, model, signal }: Surroundings,
  { kind, source, startSec, endSec }: QueryOf<'audio' | 'video'>,
): Promise<QueryVector> {
  spaceOf(model, kind, kind)
  const modality = kind === 'audio' ? 'audio' : 'visual'
  const request: MediaRequest = {
    input: kind,
    startSec,
    ...(endSec !== undefined && { endSec }),
    segmentation: { strategy: 'fixed', durationSec: 6 },
    modalities: [modality],
    modalitiesNamed: true,
    scopes: ['asset'],
    separate: true,
    fused: false,
  }
  const { embeddings, warnings } = await embedMediaNow(
    parts,
    account,
    { modelName: model.id, request, source },
    signal,
  )
  const [embedding] = embeddings
  if (!embedding) throw new Error('media was embedded and no vector came back')
  const { space, vector } = embedding
  return { model: pinOf(model), space, dimension: vector.length, vector, warnings }
}

/** In which space of the model a given vector is. */
function kindOf(model: ModelFacts, vector: Float32Array, wanted: string | undefined): VectorKind {
  const dimensions = new Map(
    Object.values(model.spaces).map(({ space, dimension }) => [space, dimension] as const),
  )
  const names = [...dimensions.keys()].join(', ')
  const [first = '', second] = dimensions.keys()
  if (wanted === undefined && second !== undefined)
    throw new EmbedlineError(
      'request_invalid',
      `The model ${model.id} has several spaces; say which: ${names}.`,
      {
        field: 'space',
      },
    )
  const space = wanted ?? first
  const dimension = dimensions.get(space)
  if (dimension === undefined)
    throw new EmbedlineError(
      'request_invalid',
      `The model ${model.id} has no space ${space}, only: ${names}.`,
      {
        field: 'space',
      },
    )
  if (vector.length !== dimension)
    throw new EmbedlineError(
      'request_invalid',
      `Vectors of the space ${space} of ${model.id} have ${dimension} numbers; this one has ${vector.length}.`,
      { field: 'vector' },
    )
  return { model: pinOf(model), space, dimension }
}
