import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import type { TwelvelabsApi } from 'twelvelabs-js'
import { EMBEDDING_TYPES, MODEL_NAME, type Asset, type DemoClient } from './client.ts'
import type { Question, TaskVector } from './vectors.ts'

/** The official client as a user would use it. Throws `ERR_MODULE_NOT_FOUND` where it is not installed. */
export async function sdkClient(url: string, apiKey: string): Promise<DemoClient> {
  const { TwelvelabsApiClient } = await import('twelvelabs-js')
  const client = new TwelvelabsApiClient({ apiKey, baseUrl: `${url}/v1.3` })
  const { assets, embed } = client
  return {
    name: `twelvelabs-js ${sdkVersion()}, the official client`,
    uploadAsset: async (file, abortSignal) =>
      toAsset(await assets.create({ method: 'direct', file: createReadStream(file) }, { abortSignal })),
    asset: async (id, abortSignal) => toAsset(await assets.retrieve(id, { abortSignal })),
    async createTask({ assetId, input }, abortSignal) {
      const media = { mediaSource: { assetId }, embeddingType: [...EMBEDDING_TYPES] }
      const { id } = await embed.v2.tasks.create(
        input === 'video'
          ? { inputType: 'video', modelName: MODEL_NAME, video: media }
          : { inputType: 'audio', modelName: MODEL_NAME, audio: media },
        { abortSignal },
      )
      return id
    },
    async task(id, abortSignal) {
      const task = await embed.v2.tasks.retrieve(id, { abortSignal })
      return {
        status: task.status,
        failure: task.error?.message,
        fractionDone: fractionDone(task),
        durationSec: task.metadata !== undefined && 'duration' in task.metadata ? task.metadata.duration : 0,
        vectors: toVectors(task.data ?? []),
        warnings: warningsOf(task),
      }
    },
    embedText: async (inputText, abortSignal) =>
      toQuestion(
        await embed.v2.create(
          { inputType: 'text', modelName: MODEL_NAME, text: { inputText } },
          { abortSignal },
        ),
      ),
    async embedPicture(picture, abortSignal) {
      const mediaSource = { base64String: picture.toString('base64') }
      const order = { inputType: 'image' as const, modelName: MODEL_NAME, image: { mediaSource } }
      return toQuestion(await embed.v2.create(order, { abortSignal }))
    },
  }
}

function sdkVersion(): string {
  const { version } = createRequire(import.meta.url)('twelvelabs-js/package.json') as { version: string }
  return version
}

const toAsset = (asset: TwelvelabsApi.Asset): Asset => ({
  id: asset.id ?? '',
  status: asset.status ?? '',
  fileType: asset.fileType ?? '',
  failure: messageIn(extra(asset, 'error')),
})

/** Exported for the test: what the client knows by name, and `space`, which it passes through. */
export const toVectors = (rows: readonly TwelvelabsApi.EmbeddingData[]): TaskVector[] =>
  rows.map((row) => ({
    option: row.embeddingOption ?? '',
    scope: row.embeddingScope ?? '',
    space: String(extra(row, 'space')),
    startSec: row.startSec ?? 0,
    endSec: row.endSec ?? 0,
    vector: row.embedding,
  }))

function toQuestion(answer: TwelvelabsApi.EmbeddingSuccessResponse): Question {
  const model = extra(answer, 'model')
  return {
    space: typeof model === 'object' && model !== null ? String(extra(model, 'space')) : '',
    vector: answer.data[0]?.embedding ?? [],
  }
}

/** `progress` is a key of ours: how far the task is, from 0 to 1. */
function fractionDone(task: TwelvelabsApi.EmbeddingTaskResponse): number {
  const progress = extra(task, 'progress')
  if (typeof progress !== 'object' || progress === null) return 0
  return Number(extra(progress, 'fraction') ?? 0)
}

function warningsOf(task: TwelvelabsApi.EmbeddingTaskResponse): string[] {
  const warnings = extra(task, 'warnings')
  return Array.isArray(warnings) ? warnings.map((each: unknown) => messageIn(each) ?? '') : []
}

const messageIn = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null ? String(extra(answer, 'message')) : undefined

/** A key of an answer that the client passes through without knowing it. */
const extra = (answer: object, key: string): unknown =>
  Object.entries(answer).find(([name]) => name === key)?.[1]
