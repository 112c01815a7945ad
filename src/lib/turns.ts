/** So many at once may do something; all others wait, first come, first served. */
export interface Turns {
  /** Ends when it is the caller's turn, who gives it back afterwards. */
  take(): Promise<void>
  giveBack(): void
}

export function makeTurns(most: number): Turns {
  const waiting: (() => void)[] = []
  let free = most
  return {
    async take() {
      if (free > 0) free--
      else await new Promise<void>((next) => waiting.push(next))
    },
    giveBack() {
      const next = waiting.shift()
      if (next) next()
      else free++
    },
  }
}
