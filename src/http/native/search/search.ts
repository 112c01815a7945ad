import { EmbedlineError, type ErrorCode } from '../../../domain/errors.ts'
import type { MediaSource } from '../../../tasks/create.ts'
import { searchAnything } from '../../../tasks/search/searchAnything.ts'
import { withJsonBody, type JsonBody } from '../../json/jsonBody.ts'
import { parseJson } from '../../json/parseJson.ts'
import { withForm, type Form } from '../../multipart/form.ts'
import { untilGone } from '../../untilGone.ts'
import { parse } from '../readRequest.ts'
import type { Call, Handler } from '../route.ts'
import { presentAnswer } from './present.ts'
import { queryKind, readSearch, type MediaKind } from './request.ts'
import { SearchBody } from './schemas.ts'

const MEDIA_KINDS = ['image', 'audio', 'video'] as const satisfies readonly MediaKind[]

/** `POST /search`: a JSON body, or a form with a file. */
export const search: Handler = (call) => {
  const { parts, request } = call
  const isForm = /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')
  return isForm
    ? withForm(parts.objects, request.raw, { files: fileBytes(call) }, (form) => searchForm(call, form))
    : withJsonBody(parts, request.raw, 'base64', (json) => searchJson(call, json))
}

const fileBytes = ({ parts: { limits } }: Call): Record<MediaKind, number> => ({
  image: limits.inlinePictureBytes,
  audio: limits.inlineMediaBytes,
  video: limits.inlineMediaBytes,
})

function searchJson(call: Call, json: JsonBody): Promise<object> {
  const body = parse(json.value, SearchBody)
  const sourceOf = (kind: MediaKind): MediaSource => {
    const { url, base64, asset_id: assetId } = body[kind] ?? {}
    if ([url, base64, assetId].filter((each) => each !== undefined).length !== 1)
      throw new EmbedlineError(
        'request_invalid',
        'Exactly one of `url`, `base64` and `asset_id` is wanted.',
        {
          field: kind,
        },
      )
    if (url !== undefined) return { url }
    if (assetId !== undefined) return { assetId }
    const received = json.media(base64 ?? '')
    const most = fileBytes(call)[kind]
    if (received.sizeBytes <= most) return { received }
    throw new EmbedlineError('too_large', `More than ${most} bytes are not taken.`, {
      field: `${kind}.base64`,
    })
  }
  return answer(call, body, sourceOf)
}

/** The file of a form is what is looked for; what else is said of it stands in `request`. */
function searchForm(call: Call, { fields, files }: Form): Promise<object> {
  const { request = '{}', ...others } = fields
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw new EmbedlineError('parameter_unknown', 'A form has a file, and `request` with the rest as JSON.', {
      field: unknown,
    })
  const given = MEDIA_KINDS.filter((kind) => files[kind])
  const value = parseJson(Buffer.from(String(request)))
  const asked = typeof value === 'object' && value !== null ? value : {}
  const named = Object.fromEntries(given.map((kind) => [kind, { ...(asked as Asked)[kind] }]))
  const body = parse({ ...asked, ...named }, SearchBody)
  return answer(call, body, (kind) => {
    const file = files[kind]
    if (file) return { received: file.received, filename: file.filename }
    throw new EmbedlineError('request_invalid', 'A form has it as a file.', { field: kind })
  })
}

type Asked = Partial<Record<MediaKind, object>>

async function answer(call: Call, body: SearchBody, sourceOf: (kind: MediaKind) => MediaSource) {
  const { parts, account, reply } = call
  const kind = queryKind(body)
  const order = readSearch(body, kind, sourceOf)
  try {
    const found = await searchAnything(parts, account, order, untilGone(reply))
    reply.header('x-embedline-model', `${found.query.model.id}@${found.query.model.revision}`)
    reply.header('x-embedline-search', found.method)
    return presentAnswer(kind, found, body.explain)
  } catch (failure) {
    throw inFieldsOf(failure, kind)
  }
}

const AT_FAULT: ReadonlySet<ErrorCode> = new Set([
  'request_invalid',
  'media_unreadable',
  'media_has_no_stream',
  'media_too_long',
  'media_too_large',
  'unsupported_type',
])

const isMedia = (kind: string): boolean => MEDIA_KINDS.some((each) => each === kind)

/** Failures of what is embedded name the fields of the domain. */
function inFieldsOf(failure: unknown, kind: string): unknown {
  if (!(failure instanceof EmbedlineError)) return failure
  const { field } = failure
  if (field === 'modelName') return failure.inField('model')
  if (field === 'assetId') return failure.inField(`${kind}.asset_id`)
  if (field === 'url') return failure.inField(`${kind}.url`)
  if (field === 'startSec') return failure.inField(`${kind}.start_sec`)
  // What is wrong with media themselves names none.
  const isOfMedia = field === 'modalities' || (field === undefined && AT_FAULT.has(failure.code))
  return isOfMedia && isMedia(kind) ? failure.inField(kind) : failure
}
