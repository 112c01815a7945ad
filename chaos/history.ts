/** One request of a client, as the client saw it. */
export interface Call {
  order: string
  method: string
  path: string
  startMs: number
  endMs: number
  /** `lost`: no answer came, or not all of it; the client does not know what became of the request. */
  outcome: { status: number } | { lost: string }
}

/** One of the tasks that an order asks for: an order for several tasks has several parts. */
export interface Part {
  order: string
  part: number
}

/** A create was answered by 2xx: the server said that this task is committed. */
export interface Acknowledgement extends Part {
  taskId: string
  /** The same in the words of the contract of batches, by which its answers are read. */
  batch?: string
}

/** What a client read of a task that had ended. */
export interface TaskResult extends Part {
  state: string
  /** One for each vector or answer: where it belongs, and a hash of all its bits. */
  rows: readonly string[]
}

export interface SeenEvent {
  id: number
  taskId: string
  kind: string
}

/** All that clients did and saw. Times are milliseconds since 1970. */
export interface History {
  calls: Call[]
  acknowledgements: Acknowledgement[]
  /** Uploads that were answered by 2xx. */
  assets: string[]
  results: TaskResult[]
  /** Ids of tasks and assets whose removal was acknowledged. */
  removed: Set<string>
  /** Orders that came to no end, with the reason. */
  givenUp: { order: string; why: string }[]
  /** What one client was told that watched all tasks from the first moment on. */
  events: SeenEvent[]
}

export const emptyHistory = (): History => ({
  calls: [],
  acknowledgements: [],
  assets: [],
  results: [],
  removed: new Set(),
  givenUp: [],
  events: [],
})

/** What is in the database when all is over. */
export interface FinalRows {
  tasks: { id: string; state: string }[]
  /** Of the queue, those that are not final. */
  openItems: { id: number; kind: string; taskId: string | null; state: string }[]
  events: SeenEvent[]
  assets: { id: string; state: string }[]
  /** Rows that serve nobody any more, in words. */
  orphans: string[]
}

/** What is there when everything was stopped, in words; nothing of it should be. */
export interface Leftovers {
  processes: string[]
  files: string[]
  /** Bytes without a row, and rows without bytes. */
  objects: string[]
}
