/** What a server counts and measures, in the words and base units of Prometheus. */
interface Metric {
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  labels: readonly string[]
  /** Upper bounds of a histogram, ascending; the last one, without bound, is added. */
  buckets?: readonly number[]
}

const FAST_SEC = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const REQUEST_SEC = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120]
const WORK_SEC = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]
const TASK_SEC = [0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400]

/**
 * Everything that `/metrics` shows, and what docs/operations.md lists. A label has few values, all of them words of
 * this program: never a name, an id or an address.
 */
export const METRICS = {
  embedline_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version runs on which Node, and the default model.',
    labels: ['version', 'node', 'model'],
  },
  embedline_ready: {
    type: 'gauge',
    help: '1 when /readyz answers 200.',
    labels: [],
  },
  embedline_tasks: {
    type: 'gauge',
    help: 'Tasks that are kept, by kind and state.',
    labels: ['kind', 'state'],
  },
  embedline_tasks_created_total: {
    type: 'counter',
    help: 'Tasks that were created since the start.',
    labels: ['kind'],
  },
  embedline_tasks_ended_total: {
    type: 'counter',
    help: 'Tasks that ended since the start, by the state in which they ended.',
    labels: ['kind', 'state'],
  },
  embedline_task_duration_seconds: {
    type: 'histogram',
    help: 'From the creation of a task to its end.',
    labels: ['kind', 'state'],
    buckets: TASK_SEC,
  },
  embedline_items: {
    type: 'gauge',
    help: 'Items of the queue that are not final, by kind and state.',
    labels: ['kind', 'state'],
  },
  embedline_queue_due_items: {
    type: 'gauge',
    help: 'Items that could be claimed now: the depth of the queue.',
    labels: ['kind'],
  },
  embedline_queue_oldest_due_age_seconds: {
    type: 'gauge',
    help: 'For how long the oldest item that could be claimed now has been due.',
    labels: ['kind'],
  },
  embedline_items_claimed_total: {
    type: 'counter',
    help: 'Claims, each of which is an attempt.',
    labels: ['kind'],
  },
  embedline_items_settled_total: {
    type: 'counter',
    help: 'Items that reached a final state.',
    labels: ['kind', 'state'],
  },
  embedline_item_failures_total: {
    type: 'counter',
    help: 'Attempts in which the item itself went wrong, by the code of the error.',
    labels: ['kind', 'code'],
  },
  embedline_item_interruptions_total: {
    type: 'counter',
    help: 'Attempts that ended because their holder died.',
    labels: ['kind'],
  },
  embedline_item_attempt_duration_seconds: {
    type: 'histogram',
    help: 'From a claim to the end of the work, however it ended.',
    labels: ['kind'],
    buckets: WORK_SEC,
  },
  embedline_http_request_duration_seconds: {
    type: 'histogram',
    help: 'From the first byte of a request to the last one of its answer.',
    labels: ['dialect', 'route', 'method', 'status'],
    buckets: REQUEST_SEC,
  },
  embedline_commit_duration_seconds: {
    type: 'histogram',
    help: 'Of durable transactions and statements that write, to the end of the commit.',
    labels: [],
    buckets: FAST_SEC,
  },
  embedline_commit_changes: {
    type: 'histogram',
    help: 'How many changes shared a commit.',
    labels: [],
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
  },
  embedline_compute_children: {
    type: 'gauge',
    help: 'Compute processes that are up.',
    labels: [],
  },
  embedline_compute_calls: {
    type: 'gauge',
    help: 'Calls that compute processes hold.',
    labels: [],
  },
  embedline_compute_resident_bytes: {
    type: 'gauge',
    help: 'Resident memory of each compute process, by its place.',
    labels: ['child'],
  },
  embedline_compute_restarts_total: {
    type: 'counter',
    help: 'Compute processes that ended and were replaced, by reason.',
    labels: ['reason'],
  },
  embedline_model_load_duration_seconds: {
    type: 'histogram',
    help: 'How long a compute process took to load a model.',
    labels: ['model'],
    buckets: [0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
  },
  embedline_embedded_units_total: {
    type: 'counter',
    help: 'What compute processes embedded: texts, pictures, clips. Its rate is embed units a second.',
    labels: ['unit'],
  },
  embedline_model_seconds_total: {
    type: 'counter',
    help: 'Time that models took for these units.',
    labels: ['unit'],
  },
  embedline_decode_seconds_total: {
    type: 'counter',
    help: 'Time that was spent decoding media.',
    labels: ['track'],
  },
  embedline_decoded_media_seconds_total: {
    type: 'counter',
    help: 'How long the decoded media lasts. Decode seconds by this are decode seconds a media second.',
    labels: ['track'],
  },
  embedline_thread_memory_bytes: {
    type: 'gauge',
    help: 'Heap and buffers of a thread that has started: the one that reads results, the one that searches.',
    labels: ['thread'],
  },
  embedline_disk_free_bytes: {
    type: 'gauge',
    help: 'Free on the disk of the database and of the stored bytes.',
    labels: ['of'],
  },
  embedline_disk_floor_bytes: {
    type: 'gauge',
    help: 'With less than this free, new work is refused.',
    labels: ['of'],
  },
  embedline_disk_state: {
    type: 'gauge',
    help: '0: there is room; 1: new work is refused; 2: queued work waits, too.',
    labels: [],
  },
  nodejs_eventloop_lag_seconds: {
    type: 'gauge',
    help: 'How late the event loop was since the scrape before.',
    labels: ['quantile'],
  },
  nodejs_eventloop_utilization: {
    type: 'gauge',
    help: 'Share of the time since the scrape before in which the main thread was busy.',
    labels: [],
  },
  nodejs_heap_size_used_bytes: { type: 'gauge', help: 'Used heap of the main thread.', labels: [] },
  nodejs_heap_size_total_bytes: { type: 'gauge', help: 'Heap of the main thread.', labels: [] },
  nodejs_external_memory_bytes: {
    type: 'gauge',
    help: 'Memory of buffers and other objects outside of the heap.',
    labels: [],
  },
  process_cpu_seconds_total: { type: 'counter', help: 'Processor time of the main process.', labels: [] },
  process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory of the main process.', labels: [] },
  process_start_time_seconds: { type: 'gauge', help: 'When it started, seconds since 1970.', labels: [] },
  process_open_fds: { type: 'gauge', help: 'Files and sockets that it has open.', labels: [] },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof METRICS

type NamesOf<Type extends Metric['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never
}[MetricName]

/** A value for each label that the metric has. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof METRICS)[Name]['labels'][number], string>
>

/** What is counted while a server runs, in memory, from its start on. */
export interface Meters {
  /** Adds to a counter. */
  count<Name extends NamesOf<'counter'>>(name: Name, labels: LabelsOf<Name>, by?: number): void
  /** Puts a value into a histogram. */
  observe<Name extends NamesOf<'histogram'>>(name: Name, labels: LabelsOf<Name>, value: number): void
}

/** A value that is read when somebody asks for it. */
export type Reading = {
  [Name in NamesOf<'gauge' | 'counter'>]: { name: Name; labels: LabelsOf<Name>; value: number }
}[NamesOf<'gauge' | 'counter'>]
