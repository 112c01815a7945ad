import type { Modality, Warning } from '../../domain/embedding.ts'
import { spaceOf, type InputKind, type ModelFacts, type ModelPin } from '../../domain/model.ts'
import { thumbnailUrl } from './assetUrl.ts'
import { shownDimension } from './dimension.ts'
import type { MediaFacts } from '../../domain/media.ts'
import type { AssetState, TaskState } from '../../domain/states.ts'
import type { Asset, Page, Task } from '../../domain/task.ts'
import { isMediaRequest, type TaskRequest } from '../../domain/taskRequest.ts'
import { prefixWithSpread } from '../../lib/unitPrefix.ts'
import type { MediaEmbeddings } from '../../tasks/embedMediaNow.ts'
import type { SyncEmbedding } from '../../tasks/embedNow.ts'
import { presentProgress } from '../progress.ts'
import { embeddedModalities, presentMetadata, presentRowMetadata, type Answered } from './inputMetadata.ts'
import { presentUsage } from './usage.ts'

type Status = 'processing' | 'ready' | 'failed'

// Every state has an answer here, or this file does not compile.
const STATUS = {
  queued: 'processing',
  processing: 'processing',
  ready: 'ready',
  partial: 'ready',
  failed: 'failed',
  cancelled: 'failed',
} as const satisfies Record<TaskState, Status>

const ASSET_STATUS = {
  processing: 'processing',
  ready: 'ready',
  failed: 'failed',
} as const satisfies Record<AssetState, Status>

const KIND = {
  visual: 'video',
  audio: 'audio',
  transcription: 'text',
  fused: 'fused',
  text: 'text',
} as const satisfies Record<Modality, InputKind>

/** The states that a caller sees as `status`. */
export const statesOf = (status: Status): TaskState[] =>
  (Object.keys(STATUS) as TaskState[]).filter((state) => STATUS[state] === status)

export const statusOf = (task: Task): Status => STATUS[task.state]

const time = (ms: number): string => new Date(ms).toISOString()

/** A header value that names a model. */
export const modelHeader = ({ id, revision }: ModelPin): string => `${id}@${revision}`

/** The model that an answer is made with, beside the contract's own keys. `facts` is absent when the model is gone. */
function presentModel(pin: ModelPin, answered: Answered, facts: ModelFacts | undefined) {
  const named = {
    id: pin.id,
    revision: pin.revision,
    ...(facts && { precision: facts.precision }),
  }
  const { request } = answered
  // Until the media was looked at, these are also those that will be left out.
  const options = wantedOf(answered).filter((option) => facts?.spaces[kindOf(request, option)])
  const [first] = options
  if (!facts || !first) return named
  const dimension = shownDimension(facts, kindOf(request, first), request.dimension)
  const spaces = Object.fromEntries(
    options.map((option) => [option, spaceOf(facts, kindOf(request, option)).space]),
  )
  const isJoint = new Set(Object.values(spaces)).size === 1
  return isJoint ? { ...named, space: spaces[first], dimension } : { ...named, spaces, dimension }
}

/** What is or will be embedded. */
function wantedOf(answered: Answered): Modality[] {
  const { request } = answered
  if (!isMediaRequest(request)) return embeddedModalities(answered)
  return [
    ...(request.separate ? embeddedModalities(answered) : []),
    ...(request.fused ? (['fused'] as const) : []),
  ]
}

/** Pictures and pages are no videos. */
const kindOf = (request: TaskRequest, modality: Modality): InputKind =>
  modality === 'visual' && !isMediaRequest(request) ? 'image' : KIND[modality]

export const presentWarnings = (warnings: readonly Warning[]) =>
  warnings.length === 0
    ? {}
    : {
        warnings: warnings.map(({ startSec, endSec, ...same }) => ({
          ...same,
          ...(startSec !== undefined && { start_sec: startSec }),
          ...(endSec !== undefined && { end_sec: endSec }),
        })),
      }

/** Nothing of this was embedded: the vectors are those of an earlier task. */
const presentReuse = ({ reusedFrom }: Task) => (reusedFrom === undefined ? {} : { reused_from: reusedFrom })

/** The beginning of a task's answer, without `data` and `metadata`. */
export const presentTaskHead = (task: Task) => ({
  _id: task.id,
  status: STATUS[task.state],
  created_at: time(task.createdMs),
  updated_at: time(task.updatedMs),
})

/** What follows `data` in a task's answer. */
export function presentTaskTail(task: Task, facts: ModelFacts | undefined) {
  return {
    ...(STATUS[task.state] === 'ready' && { ...presentUsage(task), ...presentMetadata(task) }),
    ...(STATUS[task.state] === 'failed' && {
      error: { message: task.failure?.message ?? 'The task was cancelled.', code: task.failure?.code },
    }),
    model_name: task.modelName,
    model: presentModel(task.model, task, facts),
    progress: presentProgress(task.progress),
    ...presentReuse(task),
    ...presentWarnings(task.warnings),
  }
}

/** What follows `data` when media was embedded at once. */
export const presentMediaTail = ({ model, ...answered }: MediaEmbeddings) => ({
  ...presentMetadata(answered),
  model: presentModel(model, answered, model),
  ...presentWarnings(answered.warnings),
})

/** A row of the list, in the older shape that lists have, without vectors. */
export function presentTaskRow(task: Task, facts: ModelFacts | undefined) {
  return {
    _id: task.id,
    model_name: task.modelName,
    status: STATUS[task.state],
    created_at: time(task.createdMs),
    updated_at: time(task.updatedMs),
    ...presentRowMetadata(task),
    model: presentModel(task.model, task, facts),
    progress: presentProgress(task.progress),
    ...presentReuse(task),
    ...presentWarnings(task.warnings),
  }
}

/** A vector as JSON numbers: nine digits are enough to get every float32 back. */
const numbers = (vector: Float32Array): number[] =>
  Array.from(vector, (value) => Number(value.toPrecision(9)))

/** The answer to a synchronous request: one vector that belongs to no time and no modality; `wanted` is its length. */
export function presentVector(
  { model, kind, vector, uncertainty, warnings }: SyncEmbedding,
  metadata: Readonly<Record<string, string>> | undefined,
  wanted?: number,
) {
  const { id, revision, precision } = model
  const { space } = spaceOf(model, kind)
  const dimension = shownDimension(model, kind, wanted)
  const shown = prefixWithSpread(vector, uncertainty, dimension)
  return {
    data: [
      {
        embedding: numbers(shown.vector),
        ...(shown.spread && { embedding_uncertainty: numbers(shown.spread) }),
        embedding_option: null,
        embedding_scope: null,
        start_sec: null,
        end_sec: null,
        space,
      },
    ],
    ...(metadata && { metadata }),
    model: { id, revision, precision, space, dimension },
    ...presentWarnings(warnings),
  }
}

/** A row of the list of assets, and the answer to a create. */
export const presentAsset = (asset: Asset) => ({
  _id: asset.id,
  method: asset.method,
  status: ASSET_STATUS[asset.state],
  filename: asset.filename,
  file_type: asset.mimeType,
  created_at: time(asset.createdMs),
  ...(asset.userMetadata && { user_metadata: asset.userMetadata }),
})

/** An asset with what is known of it once it was looked at. */
export const presentAssetDetail = (asset: Asset, origin: string) => ({
  ...presentAsset(asset),
  ...(asset.state === 'ready' && {
    size: asset.sizeBytes,
    ...(asset.facts?.isPicture !== true &&
      asset.facts?.durationSec !== undefined && { duration: asset.facts.durationSec }),
    technical_metadata: {
      file_size_bytes: asset.sizeBytes,
      file_mime_type: asset.mimeType,
      ...(asset.facts && presentFacts(asset.facts)),
    },
  }),
  ...(asset.wantsThumbnail && presentThumbnail(asset, origin)),
  ...(asset.failure && { error: asset.failure }),
})

/** Sizes of pictures are those that are displayed: upright, with square pixels. What is not known is absent. */
const presentFacts = (facts: MediaFacts) => ({
  file_container_format: facts.container,
  ...(facts.video && {
    video_codec: facts.video.codec,
    video_width: facts.video.width,
    video_height: facts.video.height,
    ...(facts.video.framesPerSec > 0 && { video_fps: facts.video.framesPerSec }),
  }),
  ...(facts.audio && {
    audio_codec: facts.audio.codec,
    audio_sample_rate: facts.audio.sampleRateHz,
    audio_channels: facts.audio.channels,
  }),
  ...(facts.picture && {
    image_width: facts.picture.width,
    image_height: facts.picture.height,
    image_format: facts.container,
  }),
  ...(!facts.isPicture && { has_audio: facts.audio !== undefined }),
})

/** Made when it is first asked for, so that it is ready as soon as there is something to see. */
function presentThumbnail({ id, state, facts }: Asset, origin: string) {
  if (state === 'processing') return { thumbnail: { status: 'pending' } }
  if (state === 'failed') return { thumbnail: { status: 'error' } }
  const isSeen = facts?.isPicture === true || facts?.video !== undefined
  return isSeen ? { thumbnail: { status: 'ready', representative_url: thumbnailUrl(id, origin) } } : {}
}

/** A page of a list, and where in the list it is. */
export const presentPage = <Row, Shown>(
  { rows, total }: Page<Row>,
  { page, page_limit: pageSize }: { page: number; page_limit: number },
  show: (row: Row) => Shown,
) => ({
  data: rows.map(show),
  page_info: {
    limit_per_page: pageSize,
    page,
    total_page: Math.ceil(total / pageSize),
    total_results: total,
  },
})
