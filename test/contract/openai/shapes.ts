// Written from the types of the official client, which are made of the contract's own description.

const string = { type: 'string' }
const integer = { type: 'integer' }
const orNull = (type: string) => ({ type: [type, 'null'] })

const object = (required: readonly string[], properties: object) => ({ type: 'object', required, properties })
const list = (items: object) => ({ type: 'array', items })

const model = object(['id', 'object', 'created', 'owned_by'], {
  id: string,
  object: { const: 'model' },
  created: integer,
  owned_by: string,
})

const file = object(['id', 'object', 'bytes', 'created_at', 'filename', 'purpose', 'status'], {
  id: { type: 'string', pattern: '^file-' },
  object: { const: 'file' },
  bytes: integer,
  created_at: integer,
  expires_at: integer,
  filename: string,
  purpose: { enum: ['batch', 'batch_output'] },
  status: { enum: ['uploaded', 'processed', 'error'] },
})

const TIMES = [
  'in_progress_at',
  'expires_at',
  'finalizing_at',
  'completed_at',
  'failed_at',
  'expired_at',
  'cancelling_at',
  'cancelled_at',
]

const batch = object(
  [
    'id',
    'object',
    'endpoint',
    'input_file_id',
    'completion_window',
    'status',
    'created_at',
    'request_counts',
  ],
  {
    id: { type: 'string', pattern: '^batch_' },
    object: { const: 'batch' },
    endpoint: { const: '/v1/embeddings' },
    input_file_id: { type: 'string', pattern: '^file-' },
    completion_window: { const: '24h' },
    status: {
      enum: [
        'validating',
        'failed',
        'in_progress',
        'finalizing',
        'completed',
        'expired',
        'cancelling',
        'cancelled',
      ],
    },
    output_file_id: orNull('string'),
    error_file_id: orNull('string'),
    created_at: integer,
    ...Object.fromEntries(TIMES.map((name) => [name, orNull('integer')])),
    request_counts: object(['total', 'completed', 'failed'], {
      total: integer,
      completed: integer,
      failed: integer,
    }),
    errors: {
      type: ['object', 'null'],
      properties: {
        object: { const: 'list' },
        data: list(
          object(['code', 'message'], {
            code: string,
            message: string,
            param: orNull('string'),
            line: orNull('integer'),
          }),
        ),
      },
    },
  },
)

const page = (row: object) =>
  object(['object', 'data', 'has_more', 'first_id', 'last_id'], {
    object: { const: 'list' },
    data: list(row),
    has_more: { type: 'boolean' },
    first_id: orNull('string'),
    last_id: orNull('string'),
  })

/** JSON schemas by name. */
export const SHAPES: Readonly<Record<string, object>> = {
  embeddings: object(['object', 'data', 'model', 'usage'], {
    object: { const: 'list' },
    data: list(
      object(['object', 'embedding', 'index'], {
        object: { const: 'embedding' },
        embedding: { type: ['array', 'string'], items: { type: 'number' } },
        index: integer,
      }),
    ),
    model: string,
    usage: object(['prompt_tokens', 'total_tokens'], { prompt_tokens: integer, total_tokens: integer }),
  }),
  model,
  models: object(['object', 'data'], { object: { const: 'list' }, data: list(model) }),
  file,
  files: page(file),
  batch,
  batches: page(batch),
  error: object(['error'], {
    error: object(['message', 'type', 'param', 'code'], {
      message: string,
      type: string,
      param: orNull('string'),
      code: orNull('string'),
    }),
  }),
}
