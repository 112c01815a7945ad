import type { DemoClient } from './client.ts'

/** The official client where it is installed, as in a clone; else one of ours. */
export async function openClient(url: string, key: string): Promise<DemoClient> {
  try {
    const { sdkClient } = await import('./sdkClient.ts')
    return await sdkClient(url, key)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error
    const { fetchClient } = await import('./fetchClient.ts')
    return fetchClient(url, key)
  }
}
