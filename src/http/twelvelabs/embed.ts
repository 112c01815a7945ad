import { EmbedlineError, type ErrorCode } from '../../domain/errors.ts'
import type { MediaSource } from '../../tasks/create.ts'
import { embedPicture, embedText, type SyncEmbedding } from '../../tasks/embedNow.ts'
import { untilGone } from '../untilGone.ts'
import { inFieldsOf } from './errors.ts'
import { withJsonBody, type JsonBody } from './jsonBody.ts'
import { mediaSource } from './mediaRequest.ts'
import { checkModelName, refuseUnlessEnabled } from './notEnabled.ts'
import { parse } from './parse.ts'
import { modelHeader, presentVector } from './present.ts'
import type { Call, Handler } from './route.ts'
import type { EmbedBody } from './schema.ts'

/** `POST /embed-v2`: one text or one picture, answered at once. */
export const embed: Handler = (call) =>
  withJsonBody(call.parts, call.request.raw, async (json) => {
    refuseUnlessEnabled(json.value, ['text', 'image'])
    const body = parse(call.schemas.embed, json.value)
    checkModelName(call.parts.models, body.model_name)
    const isText = body.input_type === 'text'
    const embedding = await (isText ? ofText(call, body) : ofPicture(call, body, json))
    call.reply.header('x-embedline-model', modelHeader(embedding.model))
    return presentVector(embedding, isText ? undefined : { input_type: 'image' })
  })

function ofText({ parts, reply }: Call, body: EmbedBody): Promise<SyncEmbedding> {
  const { text, image, model_name: modelName } = body
  if (image) throw new EmbedlineError('request_invalid', '`input_type` is `text`.', { field: 'image' })
  if (!text) throw new EmbedlineError('parameter_missing', '', { field: 'text' })
  return inFieldsOf('text', () => embedText(parts, { modelName, text: text.input_text }, untilGone(reply)))
}

function ofPicture({ parts, account, reply }: Call, body: EmbedBody, json: JsonBody): Promise<SyncEmbedding> {
  const { text, image, model_name: modelName } = body
  if (text) throw new EmbedlineError('request_invalid', '`input_type` is `image`.', { field: 'text' })
  if (!image) throw new EmbedlineError('parameter_missing', '', { field: 'image' })
  const source = mediaSource(image.media_source, json, {
    field: 'image.media_source',
    limitBytes: parts.limits.inlinePictureBytes,
  })
  return blamingSource(source, () =>
    inFieldsOf('image', () => embedPicture(parts, account, { modelName, source }, untilGone(reply))),
  )
}

// What is wrong with a picture itself is said at once, other than with a task.
const PICTURE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'media_unreadable',
  'media_has_no_stream',
  'media_too_large',
])

async function blamingSource<T>(source: MediaSource, verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    if (!(failure instanceof EmbedlineError) || !PICTURE_FAULTS.has(failure.code)) throw failure
    const field = `image.media_source.${'assetId' in source ? 'asset_id' : 'base64_string'}`
    throw new EmbedlineError(failure.code, failure.message, { field, cause: failure })
  }
}
