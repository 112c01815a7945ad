import type { Task } from '../../domain/task.ts'
import { NEWER_MODEL } from './modelName.ts'

// How many tokens an input counts as. The contract does not say how it counts; these are the sizes that
// EmbeddingGemma 2 gives such inputs (docs/decisions/0090).
const TOKENS_PER_SEC = { video: 140, audio: 25 } as const

type Used = Pick<Task, 'modelName' | 'request' | 'durationSec' | 'textTokens' | 'warnings'>

/** What a task that is ready has used, where its model's contract tells that. */
export function presentUsage(used: Used) {
  if (used.modelName !== NEWER_MODEL) return {}
  const truncated = used.warnings.some(({ code }) => code === 'text_shortened')
  return { usage: { input_tokens: inputTokens(used), truncated } }
}

function inputTokens({ request, durationSec = 0, textTokens, warnings }: Used) {
  const seconds = Math.max(0, Math.min(request.endSec ?? durationSec, durationSec) - request.startSec)
  const leftOut = new Set(
    warnings.filter(({ code }) => code === 'option_unavailable').map(({ option }) => option),
  )
  const has = (modality: 'visual' | 'audio') =>
    request.modalities.includes(modality) && !leftOut.has(modality)
  return {
    ...(has('visual') && { video: Math.ceil(seconds * TOKENS_PER_SEC.video) }),
    ...(has('audio') && { audio: Math.ceil(seconds * TOKENS_PER_SEC.audio) }),
    ...(textTokens > 0 && { text: textTokens }),
  }
}
