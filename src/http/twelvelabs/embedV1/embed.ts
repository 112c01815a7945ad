import { Readable } from 'node:stream'
import { EmbedlineError } from '../../../domain/errors.ts'
import { mostBytes } from '../../../domain/limitFacts.ts'
import type { ModelFacts } from '../../../domain/model.ts'
import type { MediaRequest } from '../../../domain/taskRequest.ts'
import type { MediaSource } from '../../../tasks/create.ts'
import { embedMediaNow } from '../../../tasks/embedMediaNow.ts'
import { embedPicture, embedText, type SyncEmbedding } from '../../../tasks/embedNow.ts'
import { untilGone } from '../../untilGone.ts'
import { withForm } from '../../multipart/form.ts'
import { mediaRows } from '../mediaResult.ts'
import { parse } from '../parse.ts'
import { modelHeader, presentMediaTail, presentVector } from '../present.ts'
import type { Call, Handler } from '../route.ts'
import type { RowShape } from '../taskResult.ts'
import { checkModelName, inFormFields, sourceField, sourceOf } from './request.ts'

/** What became of the text, the picture or the sound of a request. */
interface Part {
  kind: 'text' | 'image' | 'audio'
  model: ModelFacts
  /** JSON in pieces, with commas between the segments. */
  segments: AsyncIterable<Buffer> | Iterable<Buffer>
  metadata?: object
  /** The model and the warnings as answers have them. */
  tail: { model: object; warnings?: readonly object[] | undefined }
}

interface Wanted {
  call: Call
  modelName: string
  signal: AbortSignal
}

const START_FIELD = 'audio_start_offset_sec'

/** `POST /embed`: a text, a picture, a short sound, or several of them, answered at once. */
export const embed: Handler = (call) => {
  const { parts, request, reply, schemas } = call
  const files = {
    image_file: mostBytes(parts.limits, 'inlinePictureBytes'),
    audio_file: mostBytes(parts.limits, 'uploadBytes'),
  }
  return withForm(parts.objects, request.raw, { files }, async (form) => {
    const body = parse(schemas.embedV1.embed, form.fields)
    const { model_name: modelName, text, audio_start_offset_sec: startSec } = body
    checkModelName(parts.models, modelName)
    const image = sourceOf(form, 'image')
    const audio = sourceOf(form, 'audio')
    if (!audio && startSec !== undefined)
      throw new EmbedlineError('request_invalid', 'There is no sound.', { field: START_FIELD })
    const wanted = { call, modelName, signal: untilGone(reply) }
    const embedded = [
      ...(text === undefined ? [] : [await embedTextPart(wanted, text)]),
      ...(image ? [await embedImagePart(wanted, image)] : []),
      ...(audio ? [await embedAudioPart(wanted, audio, startSec)] : []),
    ]
    const [first] = embedded
    if (!first) throw new EmbedlineError('parameter_missing', 'Or a picture or a sound.', { field: 'text' })
    reply.header('x-embedline-model', modelHeader(first.model)).type('application/json; charset=utf-8')
    return Readable.from(write(modelName, embedded), { objectMode: false })
  })
}

async function embedTextPart({ call, modelName, signal }: Wanted, text: string): Promise<Part> {
  const embedding = await inFormFields({ text: 'text' }, 'text', () =>
    embedText(call.parts, call.account, { modelName, text }, signal),
  )
  return { kind: 'text', ...oneVector(embedding) }
}

async function embedImagePart({ call, modelName, signal }: Wanted, source: MediaSource): Promise<Part> {
  const { parts, account } = call
  const embedding = await inFormFields({ url: 'image_url' }, sourceField('image', source), () =>
    embedPicture(parts, account, { modelName, source }, signal),
  )
  return { kind: 'image', ...oneVector(embedding), metadata: metadataOf(source) }
}

async function embedAudioPart(
  { call, modelName, signal }: Wanted,
  source: MediaSource,
  startSec: number | undefined,
): Promise<Part> {
  const { parts, account } = call
  const order = { modelName, source, request: soundRequest(startSec ?? 0) }
  const result = await inFormFields(
    { url: 'audio_url', startSec: START_FIELD },
    sourceField('audio', source),
    () => embedMediaNow(parts, account, order, signal),
  )
  const { metadata: _, ...tail } = presentMediaTail(result)
  const segments = mediaRows(result, SOUND_SEGMENT)
  return { kind: 'audio', model: result.model, segments, metadata: metadataOf(source), tail }
}

/** The contract names no length of the segments of a sound: they are as long as those of a video by default. */
const soundRequest = (startSec: number): MediaRequest => ({
  input: 'audio',
  startSec,
  segmentation: { strategy: 'fixed', durationSec: 6 },
  modalities: ['audio'],
  modalitiesNamed: true,
  scopes: ['clip'],
  separate: true,
  fused: false,
})

const SOUND_SEGMENT: RowShape = {
  key: 'float',
  placeOf: ({ startSec, endSec, space }) => ({
    start_offset_sec: startSec,
    end_offset_sec: endSec,
    space,
  }),
}

function oneVector(embedding: SyncEmbedding): Omit<Part, 'kind'> {
  const { data, ...tail } = presentVector(embedding, undefined)
  const segments = data.map(({ embedding: float, space }) => Buffer.from(JSON.stringify({ float, space })))
  return { model: embedding.model, segments, tail }
}

const metadataOf = (source: MediaSource) => ({
  ...('url' in source && { input_url: source.url }),
  ...('filename' in source && source.filename !== undefined && { input_filename: source.filename }),
})

/** The answer as bytes of JSON in pieces: a sound has as many segments as it lasts. */
async function* write(modelName: string, embedded: readonly Part[]): AsyncGenerator<Buffer, void, void> {
  yield Buffer.from(JSON.stringify({ model_name: modelName }).slice(0, -1))
  for (const { kind, segments, metadata } of embedded) {
    yield Buffer.from(`,"${kind}_embedding":{"segments":[`)
    yield* segments
    yield Buffer.from(metadata ? `],"metadata":${JSON.stringify(metadata)}}` : ']}')
  }
  yield Buffer.from(`,${JSON.stringify(tailOf(embedded)).slice(1)}`)
}

/** One model embedded them all, maybe each into a space of its own. */
function tailOf(embedded: readonly Part[]) {
  const { space, ...model } = shownModel(embedded[0])
  const spaces = Object.fromEntries(embedded.map((part) => [part.kind, shownModel(part).space]))
  const isJoint = new Set(Object.values(spaces)).size === 1
  const texts = embedded.flatMap(({ tail }) => tail.warnings ?? []).map((warning) => JSON.stringify(warning))
  const warnings = [...new Set(texts)].map((text) => JSON.parse(text) as object)
  return {
    model: { ...model, ...(isJoint ? { space } : { spaces }) },
    ...(warnings.length > 0 && { warnings }),
  }
}

const shownModel = (part: Part | undefined): { space?: string } => ({ ...part?.tail.model })
