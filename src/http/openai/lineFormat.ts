import type { embeddingsJson } from './embeddings.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { BatchProblemCode, BatchStop } from '../../domain/batch.ts'
import type { BatchLine, LineFormat, LinePlace } from '../../domain/lineFormat.ts'
import type { VectorEncoding } from '../embeddingList.ts'
import { isModelName } from '../modelName.ts'
import type { EmbedRequest } from './embedRequest.ts'
import { presentFailure } from './errors.ts'
import { MODEL_NAMES } from './names.ts'
import type { Schemas } from './schema.ts'

export interface OpenaiLine extends BatchLine {
  encoding: VectorEncoding
}

/** The names of requests are written into every answer. */
const NAME_CHARACTERS = 512

/** What is loaded with the first line: a server that has no batch needs none of it. */
interface Readers {
  schemas: Schemas
  readEmbedRequest: (schemas: Schemas, given: unknown) => Promise<EmbedRequest>
  embeddingsJson: typeof embeddingsJson
}

const loadReaders = async (): Promise<Readers> => {
  const [{ makeSchemas }, { readEmbedRequest }, embeddings] = await Promise.all([
    import('./schema.ts'),
    import('./embedRequest.ts'),
    import('./embeddings.ts'),
  ])
  return { schemas: makeSchemas(), readEmbedRequest, embeddingsJson: embeddings.embeddingsJson }
}

/** The lines of batches as OpenAI's contract writes them. */
export function openLineFormat(): LineFormat<OpenaiLine> {
  let loading: Promise<Readers> | undefined
  const readers = () => (loading ??= loadReaders())
  return {
    isModelName: (models, name) => isModelName(models, name, MODEL_NAMES),
    async read(text) {
      const { schemas, readEmbedRequest } = await readers()
      const given = parsed(text)
      if (given === undefined) return problem('line_unreadable', 'This line is not parseable as valid JSON.')
      const result = schemas.line.safeParse(given, { reportInput: true })
      if (!result.success) return problemOf(result.error.issues[0])
      const { custom_id: name, body } = result.data
      if (name.length > NAME_CHARACTERS)
        return problem('field_invalid', `More than ${NAME_CHARACTERS} characters are not taken.`, 'custom_id')
      const { model: modelName } = body
      try {
        return { name, modelName, ...(await readEmbedRequest(schemas, body)) }
      } catch (failure) {
        if (!(failure instanceof EmbedlineError)) throw failure
        return { name, modelName, order: failure, encoding: 'float' }
      }
    },
    async writeDone(line, place, embeddings) {
      const { embeddingsJson: toJson } = await readers()
      const [before, after] = aroundBody(line, place)
      return Buffer.concat([before, await toJson(embeddings, line.encoding), after])
    },
    writeFailed(line, place, why) {
      const written =
        why instanceof EmbedlineError
          ? { ...head(line, place), response: refusalOf(why, place), error: null }
          : { ...head(line, place), response: null, error: NOT_DONE[why] }
      return Buffer.from(`${JSON.stringify(written)}\n`)
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const problem = (code: BatchProblemCode, message: string, field?: string) => ({
  code,
  message,
  ...(field !== undefined && { field }),
})

interface Issue {
  path: readonly PropertyKey[]
  input?: unknown
  message: string
}

function problemOf(issue: Issue | undefined) {
  const field = (issue?.path ?? []).join('.')
  if (field === '') return problem('line_unreadable', 'This line is no JSON object.')
  if (issue?.input === undefined)
    return problem('field_missing', `Missing required parameter: '${field}'.`, field)
  if (field === 'url')
    return problem(
      'wrong_target',
      "The URL of this request is not the batch's endpoint, '/v1/embeddings'.",
      field,
    )
  return problem('field_invalid', `Invalid value for '${field}': ${issue.message}.`, field)
}

const idOf = ({ batchId, line }: LinePlace): string => `batch_req_${batchId}_${line}`

const head = (line: BatchLine, place: LinePlace) => ({ id: idOf(place), custom_id: line.name })

/** What stands before and after the body of an answer. */
function aroundBody(line: BatchLine, place: LinePlace): [Buffer, Buffer] {
  const written = JSON.stringify({
    ...head(line, place),
    response: { status_code: 200, request_id: idOf(place), body: null },
  })
  return [Buffer.from(written.slice(0, -'null}}'.length)), Buffer.from('},"error":null}\n')]
}

function refusalOf(failure: EmbedlineError, place: LinePlace) {
  const { status, body } = presentFailure(failure, idOf(place))
  return { status_code: status, request_id: idOf(place), body }
}

const NOT_DONE: Readonly<Record<BatchStop, { code: string; message: string }>> = {
  cancelled: {
    code: 'batch_cancelled',
    message: 'The batch was cancelled before this request could be executed.',
  },
  expired: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
}
