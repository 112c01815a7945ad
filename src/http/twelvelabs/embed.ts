import { Readable } from 'node:stream'
import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { ModelFacts } from '../../domain/model.ts'
import type { MediaSource } from '../../tasks/create.ts'
import { embedMediaNow } from '../../tasks/embedMediaNow.ts'
import { embedPicture, embedText } from '../../tasks/embedNow.ts'
import { may } from '../admit.ts'
import { prefersAsync } from '../prefer.ts'
import { untilGone } from '../untilGone.ts'
import { inFieldsOf } from './errors.ts'
import { withJsonBody, type JsonBody } from '../json/jsonBody.ts'
import { vectorOptions } from './marengo35/taskRequest.ts'
import { BASE64_KEY, mediaSource, readMedia, sourceKey } from './mediaRequest.ts'
import { mediaResult } from './mediaResult.ts'
import {
  checkModelName,
  DEFAULT_MODEL,
  isForNewerModel,
  NEWER_MODEL,
  refuseOtherInputs,
} from './modelName.ts'
import { embedMultiInput, presentMixtureUsage } from './multiInput.ts'
import { parse } from './parse.ts'
import { modelHeader, presentVector } from './present.ts'
import type { Call, Handler } from './route.ts'
import { answerCreate } from './tasks.ts'
import type { MediaSourceBody } from './fields.ts'
import type { EmbedBody } from './schema.ts'

type InputType = EmbedBody['input_type']

interface Embedded {
  model: ModelFacts
  /** An object, or JSON that is written while it is sent. */
  answer: object
}

/** What each input type asks for. */
const EMBED: Record<InputType, (call: Call, body: EmbedBody, json: JsonBody) => Promise<Embedded>> = {
  text: embedTextOf,
  image: embedImageOf,
  text_image: embedTextImageOf,
  audio: embedMediaOf,
  video: embedMediaOf,
  multi_input: embedMultiInputOf,
}

/** The newer model takes everything as one kind of input. */
async function embedNewer(call: Call, json: JsonBody) {
  refuseOtherInputs(json.value, NEWER_MODEL, ['multi_input'])
  const body = parse(call.schemas.embedNewer, json.value)
  const { embedding, answer } = await embedMultiInput(call, body.multi_input, json, {
    ...vectorOptions(body),
    modelName: body.model_name,
    mostTokens: 'mixedTextTokens',
    cutsText: body.auto_truncate,
  })
  call.reply.header('x-embedline-model', modelHeader(embedding.model))
  return { ...answer, ...presentMixtureUsage(embedding) }
}

async function embedMultiInputOf(call: Call, body: EmbedBody, json: JsonBody): Promise<Embedded> {
  const { embedding, answer } = await embedMultiInput(call, body.multi_input, json, {
    modelName: body.model_name,
    mostTokens: 'textTokens',
  })
  return { model: embedding.model, answer }
}

const INPUT_TYPES = Object.keys(EMBED) as InputType[]

/** `POST /embed-v2`: one text, one picture, both, or a short piece of media, answered at once. */
export const embed: Handler = (call) =>
  withJsonBody(call.parts, call.request.raw, BASE64_KEY, async (json) => {
    if (isForNewerModel(json.value)) return embedNewer(call, json)
    refuseOtherInputs(json.value, DEFAULT_MODEL, INPUT_TYPES)
    const body = parse(call.schemas.embed, json.value)
    checkModelName(call.parts.models, body.model_name)
    const { input_type: inputType } = body
    const other = INPUT_TYPES.find((type) => type !== inputType && body[type] !== undefined)
    if (other !== undefined)
      throw new EmbedlineError('request_invalid', `\`input_type\` is \`${inputType}\`.`, { field: other })
    const isMedia = inputType === 'audio' || inputType === 'video'
    // A preference only: a key that may make no tasks gets its answer at once.
    if (isMedia && prefersAsync(call.request) && may(call.account, 'write'))
      return embedLater(call, body, json)
    const { model, answer } = await EMBED[inputType](call, body, json)
    call.reply.header('x-embedline-model', modelHeader(model))
    if (answer instanceof Readable) call.reply.type('application/json; charset=utf-8')
    return answer
  })

async function embedTextOf({ parts, account, reply }: Call, body: EmbedBody): Promise<Embedded> {
  const { text, model_name: modelName } = body
  if (!text) throw missing('text')
  const order = { modelName, text: text.input_text }
  const embedding = await inFieldsOf('text', () => embedText(parts, account, order, untilGone(reply)))
  return { model: embedding.model, answer: presentVector(embedding, undefined) }
}

async function embedImageOf(call: Call, body: EmbedBody, json: JsonBody): Promise<Embedded> {
  if (!body.image) throw missing('image')
  return embedPictureOf(call, body, pictureSource(call, body, body.image.media_source, json))
}

async function embedTextImageOf(call: Call, body: EmbedBody, json: JsonBody): Promise<Embedded> {
  const { text_image: both } = body
  if (!both) throw missing('text_image')
  return embedPictureOf(call, body, pictureSource(call, body, both.media_source, json), both.input_text)
}

const pictureSource = (
  { parts }: Call,
  body: EmbedBody,
  source: MediaSourceBody,
  json: JsonBody,
): MediaSource =>
  mediaSource(source, json, {
    field: sourceField(body),
    limitBytes: mostBytes(parts.limits, 'inlinePictureBytes'),
  })

const sourceField = ({ input_type: inputType }: EmbedBody): string => `${inputType}.media_source`

async function embedPictureOf(
  { parts, account, reply }: Call,
  body: EmbedBody,
  source: MediaSource,
  text?: string,
): Promise<Embedded> {
  const { input_type, model_name: modelName } = body
  const order = { modelName, source, ...(text !== undefined && { text }) }
  const embedding = await blamingSource(body, source, () =>
    embedPicture(parts, account, order, untilGone(reply)),
  )
  return { model: embedding.model, answer: presentVector(embedding, { input_type }) }
}

/** A task instead of vectors, as the caller prefers. Of other inputs there is an answer all the same: it binds nobody. */
async function embedLater(call: Call, body: EmbedBody, json: JsonBody) {
  const task = await answerCreate(call, json, () => ({ modelName: body.model_name, ...readMediaOf(body) }))
  call.reply.header('preference-applied', 'respond-async')
  return task
}

const readMediaOf = ({ input_type: inputType, video, audio }: EmbedBody) =>
  readMedia({ input_type: inputType === 'video' ? 'video' : 'audio', video, audio })

async function embedMediaOf(call: Call, body: EmbedBody, json: JsonBody): Promise<Embedded> {
  const { parts, account, reply } = call
  const { model_name: modelName } = body
  const wanted = readMediaOf(body)
  const source = mediaSource(wanted.source, json, {
    field: sourceField(body),
    limitBytes: mostBytes(parts.limits, 'inlineMediaBytes'),
  })
  const order = { modelName, request: wanted.request, source }
  const result = await blamingSource(body, source, () =>
    embedMediaNow(parts, account, order, untilGone(reply)),
  )
  return { model: result.model, answer: Readable.from(mediaResult(result), { objectMode: false }) }
}

const missing = (field: InputType) => new EmbedlineError('parameter_missing', '', { field })

// What is wrong with the media itself is said at once, other than with a task.
const MEDIA_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'media_unreadable',
  'media_has_no_stream',
  'media_too_large',
  'media_too_long',
])

async function blamingSource<T>(body: EmbedBody, source: MediaSource, verb: () => Promise<T>): Promise<T> {
  try {
    return await inFieldsOf(body.input_type, verb)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || !MEDIA_FAULTS.has(failure.code)) throw failure
    throw failure.inField(`${sourceField(body)}.${sourceKey(source)}`)
  }
}
