import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { EMBEDDING_TYPES, MODEL_NAME, type Asset, type DemoClient } from './client.ts'
import type { Question } from './vectors.ts'

/** The answers of the contract, as far as the demo reads them. */
interface AssetAnswer {
  _id: string
  status: string
  file_type: string | null
  error?: { message: string }
}

interface TaskAnswer {
  status: string
  error?: { message: string }
  progress?: { fraction: number }
  metadata?: { duration?: number }
  data?: {
    embedding: number[]
    embedding_option: string
    embedding_scope: string
    space: string
    start_sec: number
    end_sec: number
  }[]
  warnings?: { message: string }[]
}

interface EmbeddingAnswer {
  data: { embedding: number[] }[]
  model: { space: string }
}

/** The contract by plain HTTP, for where the official client is not installed. */
export function fetchClient(url: string, apiKey: string): DemoClient {
  async function call<Answer>(path: string, signal: AbortSignal, body?: FormData | object): Promise<Answer> {
    const isForm = body instanceof FormData
    const response = await fetch(`${url}/v1.3/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-api-key': apiKey, ...(!isForm && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      signal,
    })
    if (response.ok) return (await response.json()) as Answer
    throw new EmbedlineError('request_invalid', `the server says: ${await response.text()}`)
  }
  return {
    name: 'plain HTTP, because twelvelabs-js, the official client, is not installed here',
    async uploadAsset(file, signal) {
      const form = new FormData()
      form.set('method', 'direct')
      form.set('file', await openAsBlob(file), basename(file))
      return toAsset(await call('assets', signal, form))
    },
    asset: async (id, signal) => toAsset(await call(`assets/${id}`, signal)),
    async createTask({ assetId, input }, signal) {
      const media = { media_source: { asset_id: assetId }, embedding_type: EMBEDDING_TYPES }
      const order = { input_type: input, model_name: MODEL_NAME, [input]: media }
      return (await call<{ _id: string }>('embed-v2/tasks', signal, order))._id
    },
    async task(id, signal) {
      const task = await call<TaskAnswer>(`embed-v2/tasks/${id}`, signal)
      return {
        status: task.status,
        failure: task.error?.message,
        fractionDone: task.progress?.fraction ?? 0,
        durationSec: task.metadata?.duration ?? 0,
        vectors: (task.data ?? []).map((row) => ({
          option: row.embedding_option,
          scope: row.embedding_scope,
          space: row.space,
          startSec: row.start_sec,
          endSec: row.end_sec,
          vector: row.embedding,
        })),
        warnings: (task.warnings ?? []).map(({ message }) => message),
      }
    },
    embedText: async (words, signal) =>
      toQuestion(
        await call('embed-v2', signal, {
          input_type: 'text',
          model_name: MODEL_NAME,
          text: { input_text: words },
        }),
      ),
    embedPicture: async (picture, signal) =>
      toQuestion(
        await call('embed-v2', signal, {
          input_type: 'image',
          model_name: MODEL_NAME,
          image: { media_source: { base64_string: picture.toString('base64') } },
        }),
      ),
  }
}

const toAsset = ({ _id, status, file_type, error }: AssetAnswer): Asset => ({
  id: _id,
  status,
  fileType: file_type ?? '',
  failure: error?.message,
})

const toQuestion = ({ data, model }: EmbeddingAnswer): Question => ({
  space: model.space,
  vector: data[0]?.embedding ?? [],
})
