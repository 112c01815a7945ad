/** A server that speaks OpenAI's embeddings, and how it is used. */
export interface RemoteSettings {
  /** What stands before `/embeddings`, without a slash at its end. */
  url: string
  /** A secret. */
  key?: string
  /** As the server calls it. */
  model: string
  /** Numbers of its vectors. */
  dimension: number
  /** Texts of one request, at most. */
  batchSize: number
  /** Requests at once, of all callers together. */
  concurrency: number
  /** Of one request. */
  timeoutMs: number
  /** Stands before each query. */
  queryPrefix: string
  /** Stands before each document. */
  documentPrefix: string
}
