// Answers whose schemas are in no page that we have as a file: written from the tables of the contract's description.

const string = { type: 'string' }
const integer = { type: 'integer' }
const number = { type: 'number' }
const time = { type: 'string', format: 'date-time' }
const id = { type: 'string', pattern: '^[0-9a-f]{24}$' }
const status = { enum: ['processing', 'ready', 'failed'] }

const object = (required: readonly string[], properties: object) => ({ type: 'object', required, properties })
const list = (items: object) => ({ type: 'array', items })
const orNull = (type: string) => ({ type: [type, 'null'] })

const pageInfo = object(['limit_per_page', 'page', 'total_page', 'total_results'], {
  limit_per_page: integer,
  page: integer,
  total_page: integer,
  total_results: integer,
})

const embedding = object(['embedding', 'embedding_option', 'embedding_scope', 'start_sec', 'end_sec'], {
  embedding: { ...list(number), minItems: 1 },
  embedding_option: { enum: ['visual', 'audio', 'transcription', 'fused', 'text', null] },
  embedding_scope: { enum: ['clip', 'asset', 'page', 'chunk', null] },
  start_sec: orNull('number'),
  end_sec: orNull('number'),
  embedding_uncertainty: list(number),
  start_page_number: orNull('integer'),
  end_page_number: orNull('integer'),
  quadrant: { enum: ['top_left', 'top_right', 'bottom_left', 'bottom_right', null] },
  chunk_index: orNull('integer'),
})

const asset = object(['_id', 'method', 'status', 'filename', 'file_type', 'created_at'], {
  _id: id,
  method: { enum: ['direct', 'url', 'multipart', 'connector'] },
  status,
  filename: string,
  file_type: string,
  created_at: time,
  user_metadata: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  size: integer,
  duration: number,
  error: object(['message'], { message: string }),
})

const address = object(['chunk_index', 'url', 'expires_at'], {
  chunk_index: integer,
  url: string,
  expires_at: time,
})

const uploadStatus = { enum: ['active', 'completed', 'failed', 'expired'] }

const taskV1 = object(['_id', 'model_name', 'status'], {
  _id: id,
  model_name: string,
  status,
  video_embedding: object(['metadata'], {
    metadata: object([], {
      input_url: string,
      input_filename: string,
      video_clip_length: number,
      video_embedding_scope: list({ enum: ['clip', 'video'] }),
      duration: number,
    }),
    segments: list(
      object(['float', 'start_offset_sec', 'end_offset_sec', 'embedding_option', 'embedding_scope'], {
        float: list(number),
        start_offset_sec: number,
        end_offset_sec: number,
        embedding_option: string,
        embedding_scope: { enum: ['clip', 'video'] },
      }),
    ),
  }),
})

const line = object(['start', 'end', 'value'], { start: number, end: number, value: string, speaker: string })

/** JSON schemas by name. */
export const SHAPES: Readonly<Record<string, object>> = {
  // Two shapes are published, the flat one and the nested one: one body has both.
  failure: object(['code', 'message', 'error'], {
    code: { type: 'string', pattern: '^[a-z_]+$' },
    message: { type: 'string', minLength: 1 },
    docs_url: string,
    error: object(['code', 'message'], { code: string, message: string, details: { type: 'object' } }),
  }),
  created: object(['_id', 'status', 'data'], {
    _id: id,
    status: { const: 'processing' },
    data: { type: 'null' },
  }),
  // Of inputs that are newer than the pages: what is neither a video nor a sound.
  task35: object(['_id', 'status', 'created_at', 'updated_at', 'data'], {
    _id: id,
    status,
    created_at: time,
    updated_at: time,
    data: { anyOf: [list(embedding), { type: 'null' }] },
    metadata: object(['input_type'], {
      input_type: { enum: ['image', 'document'] },
      embedding_options: list(string),
      embedding_scopes: list(string),
    }),
    usage: object(['input_tokens', 'truncated'], {
      input_tokens: { type: 'object', additionalProperties: integer },
      truncated: { type: 'boolean' },
    }),
    error: object(['message'], { message: string }),
  }),
  transcription: object(['status'], {
    status: { enum: ['pending', 'processing', 'ready', 'failed'] },
    words: list(line),
    sentences: list(line),
    utterances: list(line),
  }),
  embeddings: object(['data'], { data: { ...list(embedding), minItems: 1 } }),
  asset,
  assets: object(['data', 'page_info'], { data: list(asset), page_info: pageInfo }),
  upload: object(
    [
      ...['upload_id', 'asset_id', 'upload_urls', 'upload_headers'],
      ...['chunk_size', 'total_chunks', 'expires_at'],
    ],
    {
      upload_id: id,
      asset_id: id,
      upload_urls: list(address),
      upload_headers: { type: 'object' },
      chunk_size: integer,
      total_chunks: integer,
      expires_at: time,
    },
  ),
  uploads: object(['data', 'page_info'], {
    data: list(object(['upload_id', 'filename', 'status'], { upload_id: id, status: uploadStatus })),
    page_info: pageInfo,
  }),
  addresses: object(['upload_id', 'start_index', 'count', 'upload_urls', 'generated_at', 'expires_at'], {
    upload_id: id,
    start_index: integer,
    count: integer,
    upload_urls: list(address),
    generated_at: time,
    expires_at: time,
  }),
  progress: object(
    [
      ...['upload_id', 'status', 'uploaded_chunks', 'chunks_completed', 'chunks_failed'],
      ...['chunks_pending', 'total_size', 'uploaded_size', 'page_info'],
    ],
    {
      upload_id: id,
      status: uploadStatus,
      uploaded_chunks: list(
        object(['index', 'status'], {
          index: integer,
          status: { enum: ['pending', 'completed', 'failed'] },
          uploaded_at: orNull('string'),
        }),
      ),
      chunks_completed: integer,
      chunks_failed: integer,
      chunks_pending: integer,
      total_size: integer,
      uploaded_size: integer,
      page_info: pageInfo,
    },
  ),
  report: object(['asset_id', 'processed_chunks', 'duplicate_chunks', 'total_completed'], {
    asset_id: id,
    processed_chunks: integer,
    duplicate_chunks: integer,
    total_completed: integer,
    url: string,
  }),
  createdV1: object(['_id'], { _id: id }),
  taskV1,
  tasksV1: object(['data', 'page_info'], { data: list(taskV1), page_info: pageInfo }),
  embeddingsV1: object(['model_name'], {
    model_name: string,
    text_embedding: object(['segments'], { segments: list(object(['float'], { float: list(number) })) }),
    image_embedding: object(['segments'], { segments: list(object(['float'], { float: list(number) })) }),
    audio_embedding: object(['segments'], {
      segments: list(
        object(['float', 'start_offset_sec', 'end_offset_sec'], {
          float: list(number),
          start_offset_sec: number,
          end_offset_sec: number,
        }),
      ),
    }),
  }),
}
