import type { Modality } from '../../domain/embedding.ts'
import type { Task } from '../../domain/task.ts'
import { isMediaRequest, type MediaRequest, type TaskRequest } from '../../domain/taskRequest.ts'

/** What of a task the metadata of its answer depend on; a request that is answered at once has it too. */
export type Answered = Pick<Task, 'request' | 'warnings' | 'sourceUrl' | 'filename' | 'durationSec'>

/** The modalities that have vectors, of those asked for; none while it is not known what a document is. */
export function embeddedModalities({
  request,
  warnings,
}: Pick<Answered, 'request' | 'warnings'>): Modality[] {
  const leftOut = new Set(
    warnings.filter(({ code }) => code === 'option_unavailable').map(({ option }) => option),
  )
  return (request.modalities ?? []).filter((modality) => !leftOut.has(modality))
}

/** As the caller wrote them, or would have. */
const scopeNames = ({ scopeNames: names, scopes = [] }: TaskRequest): readonly string[] =>
  names ?? scopes.map((scope) => (scope === 'part' ? 'local' : scope))

const endOf = (request: MediaRequest, durationSec: number | undefined): number | undefined =>
  durationSec === undefined ? request.endSec : Math.min(request.endSec ?? durationSec, durationSec)

const sourceOf = ({ sourceUrl, filename }: Answered) => ({
  ...(sourceUrl !== undefined && { input_url: sourceUrl }),
  ...(filename !== undefined && { input_filename: filename }),
})

/** What an answer says of its input. Clients refuse that of media without a duration: until that is known there is none. */
export function presentMetadata(answered: Answered) {
  const { request, durationSec } = answered
  const common = {
    input_type: request.input,
    ...sourceOf(answered),
    ...(request.input === 'video' && clipLength(request, 'clip_length')),
    embedding_scopes: scopeNames(request),
    embedding_options: embeddedModalities(answered),
  }
  if (!isMediaRequest(request)) return { metadata: common }
  if (durationSec === undefined) return {}
  const times = { start_offset_sec: request.startSec, end_offset_sec: endOf(request, durationSec) }
  return { metadata: { ...common, duration: durationSec, ...times } }
}

const clipLength = ({ segmentation }: MediaRequest, key: string) =>
  segmentation.strategy === 'fixed' ? { [key]: segmentation.durationSec } : {}

/** The same in the older shape that lists have. */
export const presentRowMetadata = (task: Task) => ({
  [`${task.request.input}_embedding`]: {
    metadata: { ...sourceOf(task), ...OF_INPUT[task.request.input](task) },
  },
})

const OF_INPUT: Readonly<Record<TaskRequest['input'], (task: Task) => object>> = {
  video: videoRow,
  audio: audioRow,
  image: (task) => ({
    image_embedding_option: embeddedModalities(task),
    image_embedding_scope: scopeNames(task.request),
  }),
  document: (task) => ({
    document_embedding_option: embeddedModalities(task),
    document_embedding_scope: scopeNames(task.request),
  }),
}

const durationOf = ({ durationSec }: Task) => (durationSec === undefined ? {} : { duration: durationSec })

function videoRow(task: Task) {
  return {
    ...durationOf(task),
    ...(isMediaRequest(task.request) && clipLength(task.request, 'video_clip_length')),
    video_embedding_scope: scopeNames(task.request),
    video_embedding_option: embeddedModalities(task),
  }
}

/** The published list says the plural, the newest client the singular: both are there. */
function audioRow(task: Task) {
  const { request, durationSec } = task
  if (!isMediaRequest(request)) return {}
  const endSec = endOf(request, durationSec)
  return {
    ...durationOf(task),
    audio_embedding_option: embeddedModalities(task),
    audio_embedding_options: embeddedModalities(task),
    audio_embedding_scope: scopeNames(request),
    audio_embedding_scopes: scopeNames(request),
    start_offset_sec: request.startSec,
    ...(endSec !== undefined && { end_offset_sec: endSec }),
  }
}
