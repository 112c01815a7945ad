/** What the server refused, or could not do. */
export class ApiError extends Error {
  override name = 'ApiError'
  /** The word for what is wrong, as in `not_found`, by which programs decide. `unknown` when the answer has none. */
  readonly code: string
  /** Of the HTTP answer. */
  readonly status: number
  /** What of the request is wrong, where that is one thing. */
  readonly field: string | undefined
  /** After so many seconds it may be asked again. */
  readonly retryAfterSec: number | undefined
  /** Names the request in the server's log. */
  readonly requestId: string | undefined
  /** The whole answer, parsed where it is JSON. */
  readonly body: unknown

  constructor({ status, statusText, headers }: Response, body: unknown) {
    const { code, message, field } = saidIn(body)
    super(message ?? `${status} ${statusText}`)
    this.status = status
    this.code = code ?? 'unknown'
    this.field = field
    const retryAfter = headers.get('retry-after')
    this.retryAfterSec = retryAfter === null || !/^\d+$/.test(retryAfter) ? undefined : Number(retryAfter)
    this.requestId = headers.get('x-request-id') ?? undefined
    this.body = body
  }
}

interface Said {
  code?: string | undefined
  message?: string | undefined
  field?: string | undefined
}

/** The words of any of the server's envelopes: a problem of its own, or the error of a contract. */
function saidIn(body: unknown): Said {
  if (typeof body !== 'object' || body === null) return {}
  const { code, detail, message, title, field, errors, error } = body as Record<string, unknown>
  const inner: unknown = Array.isArray(errors) ? errors[0] : error
  if (code === undefined && typeof inner === 'object' && inner !== null) return saidIn(inner)
  return {
    code: text(code),
    message: text(detail) ?? text(message) ?? text(title),
    field: text(field),
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
