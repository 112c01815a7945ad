import type { EmbedlineError } from '../domain/errors.ts'
import type { TextOutcome } from '../domain/remoteTexts.ts'

/** What came of one request. */
export type Reply =
  /** One outcome for each text, in order. */
  | { kind: 'answered'; outcomes: readonly TextOutcome[] }
  /** The server is there and does not want this request. */
  | {
      kind: 'refused'
      error: EmbedlineError
      /** It may be one text among them that it does not want. */
      isDivisible: boolean
    }
  /** The same request may go well at another time. */
  | {
      kind: 'failed'
      reason: string
      /** The server says by itself that it has too much to do: nothing is wrong with the request. */
      isOverload: boolean
      retryAfterMs?: number
    }
