import { isMediaRequest, type MediaRequest } from '../../domain/taskRequest.ts'
import type { Task } from '../../domain/task.ts'
import { embeddedModalities } from './inputMetadata.ts'
import { NEWER_MODEL } from './modelName.ts'

// How many tokens an input counts as. The contract does not say how it counts; these are the sizes that
// EmbeddingGemma 2 gives such inputs (docs/decisions/0090).
export const PICTURE_TOKENS = 280
export const TOKENS_PER_SEC = { video: 140, audio: 25 } as const

/** A page with its four quarters is five pictures. */
const PICTURES_OF_QUADRANTS = 5

/** What a task that is ready has used, where its model's contract tells that. */
export function presentUsage(task: Task) {
  if (task.modelName !== NEWER_MODEL) return {}
  const truncated = task.warnings.some(({ code }) => code === 'text_shortened')
  return { usage: { input_tokens: { ...visualTokens(task), ...textTokens(task) }, truncated } }
}

const textTokens = ({ textTokens: text }: Task) => (text > 0 ? { text } : {})

function visualTokens(task: Task) {
  const { request } = task
  if (isMediaRequest(request)) return mediaTokens(task, request)
  if (request.input === 'image') return { image: PICTURE_TOKENS }
  if (!embeddedModalities(task).includes('visual')) return {}
  const pictures = (task.pageCount ?? 0) * (request.pages === 'quadrants' ? PICTURES_OF_QUADRANTS : 1)
  return { document: pictures * PICTURE_TOKENS }
}

function mediaTokens(task: Task, { startSec, endSec }: MediaRequest) {
  const { durationSec = 0 } = task
  const seconds = Math.max(0, Math.min(endSec ?? durationSec, durationSec) - startSec)
  const modalities = embeddedModalities(task)
  return {
    ...(modalities.includes('visual') && { video: Math.ceil(seconds * TOKENS_PER_SEC.video) }),
    ...(modalities.includes('audio') && { audio: Math.ceil(seconds * TOKENS_PER_SEC.audio) }),
  }
}
