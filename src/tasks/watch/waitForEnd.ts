import type { TaskParts } from '../parts.ts'
import { follow } from './follow.ts'

interface Waiting {
  accountId: string
  taskId: string
  mostMs: number
  signal: AbortSignal
}

/** Ends when the task has ended, when there is none, after `mostMs`, or when the signal is aborted. */
export async function waitForEnd(
  parts: Pick<TaskParts, 'store' | 'clock' | 'watchHub'>,
  { accountId, taskId, mostMs, signal }: Waiting,
): Promise<void> {
  const waited = new AbortController()
  const either = AbortSignal.any([signal, waited.signal])
  void parts.clock.sleep(mostMs, either).then(() => waited.abort())
  const news = follow(parts, { accountId, taskId, signal: either })
  try {
    while (!(await news.next()).done);
  } finally {
    waited.abort()
  }
}
