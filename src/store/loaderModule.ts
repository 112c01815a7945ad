import { moduleBeside } from '../lib/moduleBeside.ts'
import type { openLoader } from './searchLoader.ts'

/** Names the module with `openLoader` for a thread, to which a function cannot be sent. */
export const loaderModule = (
  settings: Parameters<typeof openLoader>[0],
): { url: string; settings: Parameters<typeof openLoader>[0] } => ({
  url: moduleBeside('searchLoader', import.meta.url).href,
  settings,
})
