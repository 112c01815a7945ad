import type { TextEmbeddings } from '../../domain/textEmbeddings.ts'
import { embedTexts } from '../../tasks/embedTexts.ts'
import { embeddingListJson, type VectorEncoding } from '../embeddingList.ts'
import { isModelName } from '../modelName.ts'
import { modelWord } from '../modelWord.ts'
import { untilGone } from '../untilGone.ts'
import { noModel, readEmbedRequest } from './embedRequest.ts'
import { MODEL_NAMES } from './names.ts'
import { readJson } from './parse.ts'
import { bodyOf } from '../call.ts'
import type { Handler } from './route.ts'

/** `POST /embeddings`: one vector per text, at once. */
export const embed: Handler = async (call) => {
  const { parts, schemas, account, reply } = call
  const { order, encoding } = await readEmbedRequest(schemas, readJson(await bodyOf(call)))
  if (!isModelName(parts.models, order.modelName, MODEL_NAMES)) throw noModel(order.modelName)
  const embeddings = await embedTexts(parts, account, order, untilGone(reply))
  reply.header('x-embedline-model', modelWord(embeddings.model)).type('application/json; charset=utf-8')
  return embeddingsJson(embeddings, encoding)
}

/** The body of the answer, at once and in the output of a batch. */
export const embeddingsJson = (
  { model, space, vectors, tokenCount, warnings }: TextEmbeddings,
  encoding: VectorEncoding,
): Promise<Buffer> =>
  embeddingListJson({
    vectors,
    encoding,
    model: modelWord(model),
    tokenCount,
    more: { space, ...(warnings.length > 0 && { warnings }) },
  })
