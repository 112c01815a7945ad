import { makeCall, makeSend, type Answer, type Call, type ClientOptions, type Input } from './call.ts'
import { watch, type TaskNews, type WatchOptions } from './watch.ts'

export { ApiError } from './apiError.ts'
export type { Answer, Call, ClientOptions, Input, Operation } from './call.ts'
export type { Operations } from './operations.ts'
export type { TaskNews, WatchOptions } from './watch.ts'

export type Task = Answer<'getTask'>
export type TaskItem = Answer<'listItems'>['items'][number]
export type Embedding = Answer<'getEmbeddings'>['embeddings'][number]
export type StoredObject = Answer<'listObjects'>['objects'][number]

export interface WaitOptions {
  /** Ends the waiting, not the task. */
  signal?: AbortSignal
  /** Hears of the task each time it was asked for, about twice a minute. */
  onTask?: (task: Task) => void
}

interface Cancelling {
  signal?: AbortSignal | undefined
}

/** Longer than most proxies let nothing happen is too long. */
const WAIT_SEC = 30

const OPEN_STATES: readonly string[] = ['queued', 'processing'] satisfies Task['state'][]

export interface Client {
  /** Calls any operation of any door by its name in `/openapi.json`: `call('twelvelabsEmbed', { body })`. */
  call: Call
  tasks: {
    /** All tasks that fit, newest first, page after page as they are read. */
    list(
      query?: NonNullable<Input<'listTasks'>['query']>,
      options?: Cancelling,
    ): AsyncGenerator<Task, void, undefined>
    get(id: string, options?: Cancelling): Promise<Task>
    /** The task once it has ended, in whatever state that is. */
    wait(id: string, options?: WaitOptions): Promise<Task>
    /** What happens to it, until it has ended; goes on after dropped connections. */
    events(id: string, options?: WatchOptions): AsyncGenerator<TaskNews, void, undefined>
    /** Its pieces of work, page after page. */
    items(
      id: string,
      query?: NonNullable<Input<'listItems'>['query']>,
      options?: Cancelling,
    ): AsyncGenerator<TaskItem, void, undefined>
    /** What is embedded of it so far, page after page. */
    embeddings(
      id: string,
      query?: NonNullable<Input<'getEmbeddings'>['query']>,
      options?: Cancelling,
    ): AsyncGenerator<Embedding, void, undefined>
    cancel(id: string, options?: Cancelling): Promise<Task>
    retry(id: string, options?: Cancelling): Promise<Task>
    rerun(id: string, body?: Input<'rerunTask'>['body'], options?: Cancelling): Promise<Task>
    delete(id: string, options?: Cancelling): Promise<void>
  }
  /** What is nearest to a text, a picture, a sound, a video, a moment or a vector. */
  search(body: Input<'search'>['body'], options?: Cancelling): Promise<Answer<'search'>>
  /** What happens to all tasks of the account, until the signal ends it. */
  events(options?: WatchOptions): AsyncGenerator<TaskNews, void, undefined>
  buckets: {
    list(options?: Cancelling): Promise<string[]>
    /** Writes an object as a whole; its bucket is made when there is none. */
    put(
      bucket: string,
      key: string,
      bytes: Input<'putObject'>['body'],
      options?: Cancelling,
    ): Promise<StoredObject>
    get(bucket: string, key: string, options?: Cancelling): Promise<Response>
    remove(bucket: string, key: string, options?: Cancelling): Promise<void>
    objects(bucket: string, options?: Cancelling): AsyncGenerator<StoredObject, void, undefined>
  }
}

/** A client of a running server, for browsers and for Node 20 and later. */
export function embedline(options: ClientOptions): Client {
  const send = makeSend(options)
  const call = makeCall(send)
  const get = (id: string, { signal }: Cancelling = {}) => call('getTask', { path: { id }, signal })
  return {
    call,
    tasks: {
      list: (query = {}, { signal } = {}) =>
        paged<Task, string>(async (after) => {
          const { tasks, next_after } = await call('listTasks', { query: { ...query, ...after }, signal })
          return { rows: tasks, after: next_after }
        }),
      get,
      async wait(id, { signal, onTask } = {}) {
        let task = await get(id, { signal })
        onTask?.(task)
        while (OPEN_STATES.includes(task.state)) {
          task = await call('getTask', { path: { id }, query: { wait: WAIT_SEC }, signal })
          onTask?.(task)
        }
        return task
      },
      events: (id, watched = {}) =>
        watch((headers, signal) => send('watchTask', { path: { id }, headers, signal }), watched),
      items: (id, query = {}, { signal } = {}) =>
        paged<TaskItem, string>(async (after) => {
          const { items, next_after } = await call('listItems', {
            path: { id },
            query: { ...query, ...after },
            signal,
          })
          return { rows: items, after: next_after }
        }),
      embeddings: (id, query = {}, { signal } = {}) =>
        paged<Embedding, string>(async (after) => {
          const answer = await call('getEmbeddings', { path: { id }, query: { ...query, ...after }, signal })
          return { rows: answer.embeddings, after: answer.next_after }
        }),
      cancel: (id, { signal } = {}) => call('cancelTask', { path: { id }, signal }),
      retry: (id, { signal } = {}) => call('retryTask', { path: { id }, signal }),
      rerun: (id, body = {}, { signal } = {}) => call('rerunTask', { path: { id }, body, signal }),
      delete: (id, { signal } = {}) => call('deleteTask', { path: { id }, signal }),
    },
    search: (body, { signal } = {}) => call('search', { body, signal }),
    events: (watched = {}) => watch((headers, signal) => send('watchEvents', { headers, signal }), watched),
    buckets: {
      list: async ({ signal } = {}) => (await call('listBuckets', { signal })).buckets,
      put: (bucket, key, body, { signal } = {}) => call('putObject', { path: { bucket, key }, body, signal }),
      get: (bucket, key, { signal } = {}) => call('getObject', { path: { bucket, key }, signal }),
      remove: (bucket, key, { signal } = {}) => call('deleteObject', { path: { bucket, key }, signal }),
      objects: (bucket, { signal } = {}) =>
        paged<StoredObject, string>(async (after) => {
          const { objects, next_after } = await call('listObjects', {
            path: { bucket },
            query: after,
            signal,
          })
          return { rows: objects, after: next_after }
        }),
    },
  }
}

/** Rows of all pages, each page asked for when the one before is read. `after` is what the server said of the next. */
async function* paged<Row, After extends string | number>(
  ask: (after: { after?: After }) => Promise<{ rows: readonly Row[]; after: After | undefined }>,
): AsyncGenerator<Row, void, undefined> {
  let next: { after?: After } = {}
  for (;;) {
    const { rows, after } = await ask(next)
    yield* rows
    if (after === undefined) return
    next = { after }
  }
}
