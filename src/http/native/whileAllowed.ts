import type { Clock } from '../../lib/clock.ts'

/** As often it is looked whether somebody may still wait or listen. */
const BEAT_MS = 5_000

/** Ends when `mayGoOn`, which is asked every five seconds, says no, or the signal is aborted. */
export async function whileAllowed(
  clock: Clock,
  signal: AbortSignal,
  mayGoOn: () => Promise<boolean>,
): Promise<void> {
  for (;;) {
    await clock.sleep(BEAT_MS, signal)
    if (signal.aborted || !(await mayGoOn())) return
  }
}
