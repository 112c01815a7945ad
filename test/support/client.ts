import { createReadStream } from 'node:fs'
import { TwelvelabsApiClient, type TwelvelabsApi } from 'twelvelabs-js'

/** The official client, pointed at a server of ours. */
export const client = (url: string, apiKey = 'key-of-one'): TwelvelabsApiClient =>
  new TwelvelabsApiClient({ apiKey, baseUrl: `${url}/v1.3`, environment: `${url}/v1.3` })

const POLL_MS = 100

/** Uploads a file and waits until the asset is looked at. */
export async function uploadAsset(
  of: TwelvelabsApiClient,
  path: string,
  fields: { userMetadata?: string } = {},
): Promise<TwelvelabsApi.Asset & { id: string }> {
  const { id = '' } = await of.assets.create({ method: 'direct', file: createReadStream(path), ...fields })
  for (;;) {
    const asset = await of.assets.retrieve(id)
    if (asset.status !== 'processing') return { ...asset, id }
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

/** Polls a task until it is ready or failed, as users of the client do. */
export async function finished(
  of: TwelvelabsApiClient,
  id: string,
): Promise<TwelvelabsApi.EmbeddingTaskResponse> {
  for (;;) {
    const task = await of.embed.v2.tasks.retrieve(id)
    if (task.status !== 'processing') return task
    await new Promise((wake) => setTimeout(wake, POLL_MS))
  }
}

export const cosine = (a: readonly number[], b: readonly number[]): number => {
  let dot = 0
  let squaresA = 0
  let squaresB = 0
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0
    dot += value * other
    squaresA += value * value
    squaresB += other * other
  }
  return dot / Math.sqrt(squaresA * squaresB)
}
