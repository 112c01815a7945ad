/** How work in a child tells that it is alive, and lets others pass. */
export interface Units {
  /** Called when a unit is done, a frame or a vector: the work is alive. */
  onProgress: () => void
  /** Awaited between units of computing, so that short requests pass. Throws when the work is to end. */
  betweenUnits: () => Promise<void>
}
