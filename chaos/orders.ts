import { createHash } from 'node:crypto'
import type { Acknowledgement, History, Part } from './history.ts'
import { picture, prose, sound, video } from './materials.ts'
import type { Send } from './persistentClient.ts'
import type { Order, OrderKind } from './scenario.ts'

export interface OrderParts {
  send: Send
  history: History
  /** Where inputs are fetched from: what lies at `/<seed>.png` there is the picture of that seed. */
  picturesUrl: string
}

type OrderOf<Kind extends OrderKind> = Extract<Order, { kind: Kind }>

type Created = Omit<Acknowledgement, keyof Part>

/** What came of an order, to be read and removed. */
interface Made {
  created: Created[]
  assets: string[]
}

/**
 * Does what the order says through the API, as a client that keeps trying: uploads, creates, waits for the end, reads the
 * result, and removes what it made if it says so. All of it is written into the history.
 */
export async function carryOut(parts: OrderParts, order: Order): Promise<void> {
  try {
    if (order.kind === 'texts') return await embedTexts(parts, order)
    const { created, assets } = await MAKE[order.kind](parts, order as never)
    for (const [part, task] of created.entries())
      parts.history.acknowledgements.push({ order: order.name, part, ...task })
    for (const [part, task] of created.entries()) await readResult(parts, { order: order.name, part }, task)
    if (order.isRemoved) await remove(parts, order, { created, assets })
  } catch (failure) {
    parts.history.givenUp.push({ order: order.name, why: String(failure) })
  }
}

/** Reads the results of all tasks that were not removed once more. */
export async function readAgain(parts: OrderParts): Promise<void> {
  for (const { order, part, ...task } of parts.history.acknowledgements) {
    if (parts.history.removed.has(task.taskId)) continue
    try {
      await readResult(parts, { order, part }, task)
    } catch (failure) {
      parts.history.givenUp.push({ order, why: String(failure) })
    }
  }
}

const MAKE: {
  [Kind in Exclude<OrderKind, 'texts'>]: (parts: OrderParts, order: OrderOf<Kind>) => Promise<Made>
} = {
  async image(parts, { name, seed }) {
    const asset = await upload(parts, name, await picture(seed), 'picture.png')
    const taskId = await createTask(parts, name, { input: 'image', source: { asset_id: asset } })
    return { created: [{ taskId }], assets: [asset] }
  },
  async imageByUrl(parts, { name, seed }) {
    const url = `${parts.picturesUrl}/${seed}.png`
    return {
      created: [{ taskId: await createTask(parts, name, { input: 'image', source: { url } }) }],
      assets: [],
    }
  },
  async sound(parts, { name, seed, durationSec }) {
    const asset = await upload(parts, name, sound(seed, durationSec), 'sound.wav')
    const taskId = await createTask(parts, name, {
      input: 'audio',
      source: { asset_id: asset },
      modalities: ['audio'],
      segmentation: { strategy: 'fixed', duration_sec: 5 },
      scopes: ['clip', 'asset'],
    })
    return { created: [{ taskId }], assets: [asset] }
  },
  /** In the words of a contract. */
  async video(parts, { name, durationSec, startSec, endSec, clipSec }) {
    const asset = await upload(parts, name, await video(durationSec), 'video.mp4')
    const { text } = await parts.send(name, {
      method: 'POST',
      path: '/v1.3/embed-v2/tasks',
      headers: { 'idempotency-key': name, 'x-embedline-reuse': 'no' },
      body: {
        input_type: 'video',
        model_name: 'marengo3.0',
        video: {
          media_source: { asset_id: asset },
          start_sec: startSec,
          end_sec: endSec,
          segmentation: { strategy: 'dynamic', dynamic: { min_duration_sec: clipSec } },
          embedding_option: ['visual', 'audio'],
          embedding_scope: ['clip', 'asset'],
          embedding_type: ['separate_embedding', 'fused_embedding'],
        },
      },
    })
    return { created: [{ taskId: (JSON.parse(text) as { _id: string })._id }], assets: [asset] }
  },
  async document(parts, { name, seed, paragraphs }) {
    const asset = await upload(parts, name, Buffer.from(prose(seed, paragraphs)), 'text.md')
    const taskId = await createTask(parts, name, { input: 'document', source: { asset_id: asset } })
    return { created: [{ taskId }], assets: [asset] }
  },
  async bucket(parts, { name, seed, files }) {
    const bucket = name.toLowerCase()
    for (let file = 0; file < files; file++)
      await parts.send(name, {
        method: 'PUT',
        path: `/api/buckets/${bucket}/objects/${file}.md`,
        body: Buffer.from(prose(seed + file, 1 + (file % 7))),
      })
    const { text } = await parts.send(name, {
      method: 'POST',
      path: '/v2/ai/embeddings',
      headers: { 'idempotency-key': name },
      body: { bucket_name: bucket },
    })
    return {
      created: [{ taskId: (JSON.parse(text) as { data: { task_id: string } }).data.task_id }],
      assets: [],
    }
  },
  async batch(parts, { name, seed, lines }) {
    const form = new FormData()
    form.append('purpose', 'batch')
    form.append('file', new Blob([requestLines(seed, lines)]), 'requests.jsonl')
    const file = await parts.send(name, { method: 'POST', path: '/v1/files', body: form })
    const { text } = await parts.send(name, {
      method: 'POST',
      path: '/v1/batches',
      headers: { 'idempotency-key': name },
      body: {
        input_file_id: (JSON.parse(file.text) as { id: string }).id,
        endpoint: '/v1/embeddings',
        completion_window: '24h',
      },
    })
    const { id: batch } = JSON.parse(text) as { id: string }
    return { created: [{ taskId: batch.replace('batch_', ''), batch }], assets: [] }
  },
  async several(parts, { name, seed, tasks }) {
    const entries = Array.from({ length: tasks }, (_, entry) => ({
      client_ref: `${name}-${entry}`,
      input: 'image',
      source: { url: `${parts.picturesUrl}/${seed + entry}.png` },
    }))
    const { text } = await parts.send(name, {
      method: 'POST',
      path: '/api/tasks/batch',
      body: { tasks: entries },
    })
    const { results } = JSON.parse(text) as { results: { task?: { id: string }; error?: unknown }[] }
    return {
      created: results.map(({ task, error }) => {
        if (!task) throw new Error(`an entry was refused: ${JSON.stringify(error)}`)
        return { taskId: task.id }
      }),
      assets: [],
    }
  },
}

async function upload(
  { send, history }: OrderParts,
  order: string,
  bytes: Buffer,
  filename: string,
): Promise<string> {
  const form = new FormData()
  form.append('method', 'direct')
  form.append('file', new Blob([new Uint8Array(bytes)]), filename)
  const { text } = await send(order, { method: 'POST', path: '/v1.3/assets', body: form })
  const { _id: id } = JSON.parse(text) as { _id: string }
  history.assets.push(id)
  return id
}

async function createTask({ send }: OrderParts, name: string, body: object): Promise<string> {
  const { text } = await send(name, {
    method: 'POST',
    path: '/api/tasks',
    headers: { 'idempotency-key': name },
    body,
  })
  return (JSON.parse(text) as { id: string }).id
}

/** Each answer is a request for one text; every ninth one has nothing to embed. */
const requestLines = (seed: number, lines: number): string =>
  Array.from({ length: lines }, (_, index) =>
    JSON.stringify({
      custom_id: `line ${index}`,
      method: 'POST',
      url: '/v1/embeddings',
      body: {
        model: 'text-embedding-3-small',
        input: index % 9 === 4 ? '' : prose(seed + index, 1),
        encoding_format: 'base64',
      },
    }),
  ).join('\n')

async function embedTexts(
  { send, history }: OrderParts,
  { name, seed, count }: OrderOf<'texts'>,
): Promise<void> {
  const { text } = await send(name, {
    method: 'POST',
    path: '/v1/embeddings',
    body: {
      model: 'text-embedding-3-small',
      input: Array.from({ length: count }, (_, index) => prose(seed + index, 2)),
      encoding_format: 'base64',
    },
  })
  const { data } = JSON.parse(text) as { data: { index: number; embedding: string }[] }
  const rows = data.map(({ index, embedding }) => `${index} ${hashOf(embedding)}`)
  history.results.push({ order: name, part: 0, state: 'answered', rows })
}

const WAIT_SEC = 10

async function readResult(
  { send, history }: OrderParts,
  { order, part }: Part,
  task: Created,
): Promise<void> {
  for (;;) {
    const { text } = await send(order, {
      method: 'GET',
      path: `/api/tasks/${task.taskId}?wait=${WAIT_SEC}`,
    })
    const { state } = JSON.parse(text) as { state: string }
    if (state === 'queued' || state === 'processing') continue
    const rows =
      task.batch === undefined
        ? await vectorRows(send, order, task.taskId)
        : await answerRows(send, order, task.batch)
    history.results.push({ order, part, state, rows })
    return
  }
}

interface Page {
  embeddings: ({ embedding: string } & Record<string, unknown>)[]
  next_after?: string
}

async function vectorRows(send: Send, order: string, taskId: string): Promise<string[]> {
  const rows: string[] = []
  for (let after = ''; ;) {
    const path = `/api/tasks/${taskId}/embeddings?encoding_format=base64${after && `&after=${encodeURIComponent(after)}`}`
    const page = JSON.parse((await send(order, { method: 'GET', path })).text) as Page
    for (const { embedding, id: _id, source_url: _url, ...place } of page.embeddings)
      rows.push(`${JSON.stringify(place)} ${hashOf(embedding)}`)
    if (page.next_after === undefined) return rows
    after = page.next_after
  }
}

interface AnswerLine {
  custom_id: string
  response: { status_code: number; body: { data?: { embedding: string }[] } } | null
}

async function answerRows(send: Send, order: string, batch: string): Promise<string[]> {
  const { text } = await send(order, { method: 'GET', path: `/v1/batches/${batch}` })
  const files = JSON.parse(text) as Record<string, unknown>
  const rows: string[] = []
  for (const id of [files['output_file_id'], files['error_file_id']]) {
    if (typeof id !== 'string') continue
    const content = await send(order, { method: 'GET', path: `/v1/files/${id}/content` })
    for (const line of content.text.split('\n').filter((each) => each !== '')) {
      const { custom_id: name, response } = JSON.parse(line) as AnswerLine
      const vectors = (response?.body.data ?? []).map(({ embedding }) => hashOf(embedding))
      rows.push([name, response?.status_code, ...vectors].join(' '))
    }
  }
  return rows
}

async function remove(
  { send, history }: OrderParts,
  { name }: Order,
  { created, assets }: Made,
): Promise<void> {
  const paths = [
    ...created.map(({ taskId }) => ({ id: taskId, path: `/api/tasks/${taskId}` })),
    ...assets.map((id) => ({ id, path: `/v1.3/assets/${id}` })),
  ]
  for (const { id, path } of paths) {
    // One whose answer was lost may have gone through.
    await send(name, { method: 'DELETE', path, alsoFine: [404] })
    history.removed.add(id)
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 24)
