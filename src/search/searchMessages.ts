import type { ErrorCode } from '../domain/errors.ts'
import type { ChunkCount, LoaderModule } from './loader.ts'
import type {
  BucketSearchOrder,
  ChunkHit,
  CountOrder,
  FoundChunks,
  GroupedHits,
  SearchOrder,
  TaskHit,
  TaskSearchOrder,
} from './order.ts'

/** What the thread is started with. */
export interface SearchStart {
  loader: LoaderModule
  /** What is held beyond it is forgotten, that first which was not searched for longest. */
  memoryBytes: number
}

/** What the thread can be asked, and what it answers. */
export interface SearchCalls {
  find: { order: SearchOrder; answer: FoundChunks }
  findTasks: { order: TaskSearchOrder; answer: GroupedHits<TaskHit> }
  findFiles: { order: BucketSearchOrder; answer: GroupedHits<ChunkHit> }
  chunkCounts: { order: CountOrder; answer: ChunkCount[] }
}

export type SearchCall = keyof SearchCalls

/** To the search thread. After `close` it answers what it was asked before and ends. */
export type SearchQuestion =
  | { [Call in SearchCall]: { call: Call; id: number; order: SearchCalls[Call]['order'] } }[SearchCall]
  | { call: 'close' }

/** From the search thread, one for each question but `close`, in any order. */
export type SearchAnswer =
  { id: number; answer: SearchCalls[SearchCall]['answer'] } | { id: number; failure: SearchFailure }

export interface SearchFailure {
  code: ErrorCode
  message: string
}
