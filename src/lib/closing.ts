export interface Opened {
  close(): Promise<void>
}

/** Closes what was opened, newest first, and tries all of them even when one fails. */
export async function closeAll(opened: readonly Opened[]): Promise<void> {
  const failures: unknown[] = []
  for (const each of opened.toReversed()) {
    try {
      await each.close()
    } catch (failure) {
      failures.push(failure)
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'could not close everything')
}
