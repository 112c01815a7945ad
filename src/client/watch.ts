import { ApiError } from './apiError.ts'
import type { Send } from './call.ts'
import { readFrames } from './eventStream.ts'

/** Something that happened to a task, or how far it is (`progress`, without an id). */
export interface TaskNews {
  /** By which a later call goes on after it; progress has none. */
  id?: number
  /** `created`, `processing`, `progress`, `item_failed`, `ended` … */
  kind: string
  task_id: string
  /** What else is told of this kind. */
  [detail: string]: unknown
}

export interface WatchOptions {
  /** Goes on after the event of this id; without it a task's events begin with the first. */
  after?: number
  /** Ends the watching: the loop ends by its reason. */
  signal?: AbortSignal
}

/** The server says something every five seconds; after so long without a word the connection is taken for dead. */
const SILENCE_MS = 20_000

/** Waits between attempts to connect again, of which the last one repeats. */
const WAITS_MS = [500, 1_000, 2_000, 5_000, 10_000]

/**
 * What happens, as it happens. A connection that breaks is made again and goes on after the last event, so that
 * nothing is missed or comes twice; ends when the server says that there is nothing more. Throws `ApiError` for what is
 * refused, whatever keeps the first connection from being made, and the reason of the signal.
 */
export async function* watch(
  connect: (headers: Record<string, string>, signal: AbortSignal) => ReturnType<Send>,
  { after, signal }: WatchOptions,
): AsyncGenerator<TaskNews, void, undefined> {
  let last = after
  let wasThere = false
  for (let failures = 0; ; failures++) {
    signal?.throwIfAborted()
    const silence = new AbortController()
    let timer = setTimeout(() => silence.abort(), SILENCE_MS)
    const hear = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(), SILENCE_MS)
    }
    try {
      const ends = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal])
      const response = await connect(last === undefined ? {} : { 'last-event-id': String(last) }, ends)
      wasThere = true
      if (response.status === 204 || response.body === null) return
      for await (const { id, event, data } of readFrames(response.body, hear)) {
        failures = 0
        if (id !== undefined) last = Number(id)
        if (data === '') continue
        yield {
          ...(JSON.parse(data) as { task_id: string }),
          kind: event,
          ...(id !== undefined && { id: Number(id) }),
        }
      }
    } catch (error) {
      signal?.throwIfAborted()
      // Whoever is refused would be refused again; a server that is busy or gone may be there in a while.
      const isRefused = error instanceof ApiError && error.status < 500 && error.status !== 429
      if (isRefused || !wasThere) throw error
    } finally {
      clearTimeout(timer)
    }
    if (failures > 0) await pause(WAITS_MS[Math.min(failures, WAITS_MS.length) - 1] ?? 0, signal)
  }
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    signal?.addEventListener('abort', stop, { once: true })
  })
