import { EXIT } from './exit.ts'

/** What is left of the time after the grace is for closing. */
const CLOSE_MS = 2_000

/** Stops what runs, and leaves all the same when that takes longer than the grace and a moment. Returns the exit code. */
export async function stopInTime(
  running: { stop(graceMs: number): Promise<void> },
  graceMs: number,
): Promise<number> {
  const limitMs = graceMs + CLOSE_MS
  const limit = setTimeout(() => {
    process.stderr.write(`embedline: did not stop within ${limitMs / 1000} s, leaving now\n`)
    process.exit(EXIT.failed)
  }, limitMs)
  await running.stop(graceMs)
  clearTimeout(limit)
  return EXIT.done
}
