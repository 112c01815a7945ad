import { EmbedlineError } from '../domain/errors.ts'
import type { MostBytes } from '../domain/limitFacts.ts'
import type { Account } from '../domain/task.ts'
import { getAsset } from '../store/assets.ts'
import type { MediaSource } from './create.ts'
import type { TaskParts } from './parts.ts'
import type { BytesKey } from './storedBytes.ts'

export interface LocalFileOptions {
  /** Of what is fetched by a URL. */
  limitBytes: MostBytes
  signal?: AbortSignal | undefined
}

/**
 * Gets media to a local file, for a request that waits, and hands its path to `use`; what was fetched for it is gone
 * when this returns. A URL is fetched within `limits.waitedFetchSec`. Throws `request_invalid` for an asset that cannot be
 * used, and what `Fetcher.download` throws, naming the field `url`.
 */
export async function withLocalFile<T>(
  parts: TaskParts,
  account: Account,
  source: MediaSource,
  options: LocalFileOptions,
  use: (path: string) => Promise<T>,
): Promise<T> {
  if ('assetId' in source) {
    const bytes = await bytesOfAsset(parts, account, source.assetId)
    return parts.objects.useFile(bytes, options.signal, use)
  }
  if ('received' in source) return use(source.received.temporaryPath)
  const upload = await parts.objects.receive(options.limitBytes)
  try {
    await parts.fetcher.download(source.url, upload, {
      ...options,
      totalMs: parts.limits.waitedFetchSec * 1000,
      totalName: 'waitedFetchSec',
    })
    const { temporaryPath } = await upload.finish()
    return await use(temporaryPath)
  } catch (failure) {
    throw failure instanceof EmbedlineError && failure.code.startsWith('fetch_')
      ? failure.inField('url')
      : failure
  } finally {
    await upload.abandon()
  }
}

async function bytesOfAsset(parts: TaskParts, account: Account, assetId: string): Promise<BytesKey> {
  const found = await getAsset(parts.store.read, account.id, assetId)
  if (!found) throw notUsable(`There is no asset ${assetId}.`)
  const { asset, objectHash } = found
  if (asset.state === 'failed')
    throw notUsable(`Asset ${assetId} failed: ${asset.failure?.message ?? 'it is no media'}`)
  if (objectHash === undefined) throw notUsable(`Asset ${assetId} is still being fetched.`)
  return { accountId: account.id, hash: objectHash }
}

const notUsable = (message: string) => new EmbedlineError('request_invalid', message, { field: 'assetId' })
