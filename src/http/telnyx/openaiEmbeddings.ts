import { embedTexts } from '../../tasks/embedTexts.ts'
import { embeddingListJson } from '../embeddingList.ts'
import { modelWord } from '../modelWord.ts'
import { untilGone } from '../untilGone.ts'
import { checkModelName } from './checkModelName.ts'
import { inWireFields } from './errors.ts'
import { InvalidRequest, type Issue } from './invalidRequest.ts'
import { parseBody } from './parse.ts'
import { presentWarnings } from './present.ts'
import { bodyOf } from '../call.ts'
import type { Handler } from './route.ts'
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
  reply.header('x-embedline-model', modelWord(model)).type('application/json; charset=utf-8')
  return embeddingListJson({
    vectors,
    encoding: body.encoding_format,
    model: modelWord(model),
    tokenCount,
    more: { space, ...presentWarnings(warnings) },
  })
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
