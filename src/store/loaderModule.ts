import { moduleBeside } from '../lib/moduleBeside.ts'
import type { StoreLocation } from './location.ts'

/** Names the module with `openLoader` for a thread, to which a function cannot be sent. */
export const loaderModule = (settings: StoreLocation): { url: string; settings: StoreLocation } => ({
  url: moduleBeside('searchLoader', import.meta.url).href,
  settings,
})
