import type { Loader } from '../../src/search/loader.ts'

/** Of a loader that has buckets only. */
export const noTasks: Pick<Loader, 'taskChanges' | 'assetsWith' | 'chunkCounts'> = {
  taskChanges: async () => false,
  assetsWith: async () => new Set(),
  chunkCounts: async () => [],
}
