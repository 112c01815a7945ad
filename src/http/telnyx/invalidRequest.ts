import { EmbedlineError } from '../../domain/errors.ts'

/** One thing that is wrong with a request: where it stands, in words for people, in a word for programs. */
export interface Issue {
  /** Begins with `body` or `query`. */
  loc: readonly (string | number)[]
  msg: string
  type: string
  /** More for programs, as the framework of the contract has it. */
  ctx?: { reason: string }
}

/** All that is wrong with a request, for the answer that lists it. */
export class InvalidRequest extends EmbedlineError {
  readonly issues: readonly Issue[]

  constructor(issues: readonly Issue[]) {
    super('request_invalid', issues.map(({ loc, msg }) => `${loc.join('.')}: ${msg}`).join('; '))
    this.issues = issues
  }
}
