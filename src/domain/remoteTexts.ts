import type { EmbedlineError } from './errors.ts'
import type { ModelPin, TextUse } from './model.ts'

/**
 * Texts that another server embeds, called from this process. Every vector was checked: it has the dimension of the
 * model's facts and unit length.
 */
export interface RemoteTexts {
  /**
   * One outcome for each text, in order: its vector, or why just this text cannot be embedded (`text_too_long`,
   * `remote_refused`, `remote_unavailable`). Throws `aborted`, and `remote_unavailable` with `retryAfterMs` while the
   * server is down: then nothing is wrong with the texts.
   */
  embed(
    model: ModelPin,
    texts: readonly string[],
    use: TextUse,
    options?: RemoteOptions,
  ): Promise<readonly TextOutcome[]>
  /** Throws `remote_unavailable` with `retryAfterMs` while it is known that the server is down. */
  refuseWhileDown(): void
}

export type TextOutcome = Float32Array | EmbedlineError

export interface RemoteOptions {
  /** Goes before the texts of others: somebody waits for the answer. */
  isUrgent?: boolean
  signal?: AbortSignal | undefined
}
