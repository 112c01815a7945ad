import { embedTexts } from '../../tasks/embedTexts.ts'
import { untilGone } from '../untilGone.ts'
import { checkModelName } from './checkModelName.ts'
import { inWireFields } from './errors.ts'
import { InvalidRequest, type Issue } from './invalidRequest.ts'
import { parseBody } from './parse.ts'
import { modelWord, presentWarnings } from './present.ts'
import { bodyOf, type Handler } from './route.ts'
import type { EmbedBody } from './schema.ts'

const FIELD = { modelName: 'model', texts: 'input', dimension: 'dimensions' }

/** `POST /openai/embeddings`: one vector per text, at once. */
export const embed: Handler = async (call) => {
  const { parts, account, schemas, reply } = call
  const body = parseBody(schemas.embed, await bodyOf(call))
  const { model, space, vectors, tokenCount, warnings } = await inWireFields(async () => {
    checkModelName(parts.models, body.model)
    const { dimensions: dimension } = body
    const order = {
      modelName: body.model,
      texts: textsOf(body),
      ...(dimension !== undefined && { dimension }),
    }
    return embedTexts(parts, account, order, untilGone(reply))
  }, FIELD)
  const show = body.encoding_format === 'base64' ? base64 : numbers
  reply.header('x-embedline-model', modelWord(model))
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: show(vector) })),
    model: modelWord(model),
    usage: { prompt_tokens: tokenCount, total_tokens: tokenCount },
    space,
    ...presentWarnings(warnings),
  }
}

/** Throws `InvalidRequest` for what has no text: its vector would mean nothing. */
function textsOf({ input }: EmbedBody): readonly string[] {
  const texts = typeof input === 'string' ? [input] : input
  const issues: Issue[] = texts.flatMap((text, index) =>
    text.trim() === ''
      ? [
          {
            loc: ['body', 'input', ...(typeof input === 'string' ? [] : [index])],
            msg: 'Input should have text in it',
            type: 'string_too_short',
          },
        ]
      : [],
  )
  if (texts.length === 0)
    issues.push({ loc: ['body', 'input'], msg: 'List should have at least 1 item', type: 'too_short' })
  if (issues.length > 0) throw new InvalidRequest(issues)
  return texts
}

/** Nine digits are enough to get every float32 back. */
const numbers = (vector: Float32Array): number[] =>
  Array.from(vector, (value) => Number(value.toPrecision(9)))

/** Little-endian float32, which is how the official client asks for vectors unless it is told otherwise. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * Float32Array.BYTES_PER_ELEMENT)
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * Float32Array.BYTES_PER_ELEMENT))
  return bytes.toString('base64')
}
