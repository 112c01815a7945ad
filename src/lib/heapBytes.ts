import type { Worker } from 'node:worker_threads'

/** Heap and buffers of a thread, in bytes; undefined when it ends while it is asked. */
export async function heapBytesOf(worker: Worker): Promise<number | undefined> {
  try {
    const { used_heap_size: heap, external_memory: external } = await worker.getHeapStatistics()
    return heap + external
  } catch {
    return undefined
  }
}
