import type { ErrorCode } from '../domain/errors.ts'
import type { LoaderModule } from './loader.ts'
import type { SearchHit, SearchOrder } from './order.ts'

/** What the thread is started with. */
export interface SearchStart {
  loader: LoaderModule
  /** Buckets beyond it are forgotten, those first that were not searched for longest. */
  memoryBytes: number
}

/** To the search thread. After `close` it answers what it was asked before and ends. */
export type SearchQuestion = { kind: 'find'; id: number; order: SearchOrder } | { kind: 'close' }

/** From the search thread, one for each `find`, in any order. */
export type SearchAnswer = { id: number; hits: SearchHit[] } | { id: number; failure: SearchFailure }

export interface SearchFailure {
  code: ErrorCode
  message: string
}
