import type { ClipModality, DocumentModality } from './embedding.ts'
import type { MediaFacts } from './media.ts'
import type { DocumentScope } from './taskRequest.ts'

/** What the look into the media of a task led to; kept with the task. */
export interface MediaPlan {
  facts: MediaFacts
  /** The modalities that the media really has, of those asked for. */
  modalities: readonly ClipModality[]
  /** What is embedded of the file, in milliseconds from its start. */
  startMs: number
  endMs: number
}

/** What the look into a picture or a document led to; kept with the task. */
export interface PartsPlan {
  facts: MediaFacts
  modalities: readonly DocumentModality[]
  scopes: readonly DocumentScope[]
  startMs: number
}

export type TaskPlan = MediaPlan | PartsPlan

export const isMediaPlan = (plan: TaskPlan): plan is MediaPlan => !('scopes' in plan)
