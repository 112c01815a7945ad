import type { Question, TaskVector } from './vectors.ts'

/** The name that the clients send; which model stands behind it is the server's matter. */
export const MODEL_NAME = 'marengo3.0' as const

/** What the demo embeds a video or sound as: each of its sides, and all of them as one. */
export const EMBEDDING_TYPES = ['separate_embedding', 'fused_embedding'] as const

/** What the demo asks of the server. Every call ends when `signal` is aborted. */
export interface DemoClient {
  /** As the demo names it to the user. */
  name: string
  uploadAsset(file: string, signal: AbortSignal): Promise<Asset>
  asset(id: string, signal: AbortSignal): Promise<Asset>
  /** Answers the task's id. */
  createTask(order: TaskOrder, signal: AbortSignal): Promise<string>
  task(id: string, signal: AbortSignal): Promise<TaskState>
  embedText(words: string, signal: AbortSignal): Promise<Question>
  embedPicture(picture: Buffer, signal: AbortSignal): Promise<Question>
}

export interface Asset {
  id: string
  status: string
  /** `video/mp4`. */
  fileType: string
  /** Why it failed. */
  failure: string | undefined
}

export interface TaskOrder {
  assetId: string
  input: 'video' | 'audio'
}

export interface TaskState {
  status: string
  failure: string | undefined
  /** From 0 to 1, of the work that is known so far. */
  fractionDone: number
  durationSec: number
  vectors: TaskVector[]
  warnings: string[]
}
