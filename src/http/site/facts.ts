import type { Readiness } from '../../domain/compute.ts'

/** What the pages say of this server. Nothing private: they need no key. */
export interface SiteFacts {
  version: string
  /** Which model is used and what it cannot do, in one line. */
  modelLine: string
  /** Where the generated key lies; absent when keys were configured. */
  keyFile: string | undefined
  /** Whether new work is taken. */
  readiness: () => Readiness
  /** All that is measured, in the text format of Prometheus. */
  metrics: () => Promise<string>
}

export interface PageFacts extends SiteFacts {
  /** Of this server as its visitor sees it, without a path. */
  url: string
}
