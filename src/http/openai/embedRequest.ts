import { EmbedlineError } from '../../domain/errors.ts'
import type { TextsOrder } from '../../domain/textEmbeddings.ts'
import type { VectorEncoding } from '../embeddingList.ts'
import { parse } from './parse.ts'
import { invalid } from './errors.ts'
import type { EmbedBody, Schemas } from './schema.ts'
import { textOfTokens } from './tokenText.ts'

/** What a request for vectors asks for. */
export interface EmbedRequest {
  order: TextsOrder
  encoding: VectorEncoding
}

/** The same body at once and in the line of a batch. Throws what is wrong with it, naming the field. */
export async function readEmbedRequest(schemas: Schemas, given: unknown): Promise<EmbedRequest> {
  const body = parse(schemas.embed, given)
  const { model: modelName, dimensions: dimension, encoding_format: encoding } = body
  const texts = await textsOf(body)
  if (texts.length === 0) throw invalid('input', "Invalid value for 'input': it cannot be an empty array.")
  const empty = texts.findIndex((text) => text.trim() === '')
  if (empty >= 0) throw invalid(fieldOf(body, empty), "Invalid value for 'input': a text has no words in it.")
  return { order: { modelName, texts, ...(dimension !== undefined && { dimension }) }, encoding }
}

async function textsOf({ input }: EmbedBody): Promise<readonly string[]> {
  if (typeof input === 'string') return [input]
  if (areTexts(input)) return input
  const lists = areTokens(input) ? [input] : input
  return Promise.all(lists.map(textOfTokens))
}

type Input = Exclude<EmbedBody['input'], string>

const areTexts = (input: Input): input is string[] => typeof input[0] === 'string' || input.length === 0
const areTokens = (input: Exclude<Input, string[]>): input is number[] => typeof input[0] === 'number'

const fieldOf = ({ input }: EmbedBody, index: number): string =>
  Array.isArray(input) && typeof input[0] !== 'number' ? `input.${index}` : 'input'

/** Throws `model_unknown` in the contract's words. */
export const noModel = (name: string): EmbedlineError =>
  new EmbedlineError(
    'model_unknown',
    `The model '${name}' does not exist; GET /v1/models lists those that do.`,
    {
      field: 'model',
    },
  )
