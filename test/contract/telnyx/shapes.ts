// Answers whose schemas are in no page that we have as a file: written from the tables of the contract's description.

const string = { type: 'string' }
const time = { type: 'string', format: 'date-time' }

const object = (required: readonly string[], properties: object) => ({ type: 'object', required, properties })
const list = (items: object) => ({ type: 'array', items })

/** JSON schemas by name. */
export const SHAPES: Readonly<Record<string, object>> = {
  created: object(['data'], {
    data: object(['task_id', 'task_name', 'status', 'created_at', 'finished_at', 'user_id'], {
      task_id: { type: 'string', format: 'uuid' },
      task_name: string,
      status: string,
      created_at: string,
      finished_at: { type: ['string', 'null'] },
      user_id: { type: 'string', format: 'uuid' },
    }),
  }),
  buckets: object(['data'], { data: object(['buckets'], { buckets: list(string) }) }),
  files: object(['data'], {
    data: list(
      object(['filename', 'status', 'created_at'], {
        filename: string,
        status: string,
        created_at: time,
        updated_at: time,
        last_embedded_at: time,
        error_reason: string,
      }),
    ),
  }),
  results: object(['data'], {
    data: list(
      object(['document_chunk', 'distance', 'metadata'], {
        document_chunk: string,
        distance: { type: 'number', minimum: 0, maximum: 2 },
        metadata: object(['source', 'checksum', 'embedding', 'filename'], {
          source: string,
          checksum: { type: 'string', pattern: '^[0-9a-f]{32}$' },
          embedding: string,
          filename: string,
          certainty: { type: 'number', minimum: 0, maximum: 1 },
          loader_metadata: { type: 'object' },
        }),
      }),
    ),
  }),
  gateway: object(['errors'], {
    errors: list(object(['code', 'title', 'detail'], { code: string, title: string, detail: string })),
  }),
  bucketMissing: object(['detail'], {
    detail: list(object(['detail'], { code: string, title: string, detail: string })),
  }),
  embeddings: object(['object', 'data', 'model', 'usage'], {
    object: { const: 'list' },
    data: list(
      object(['object', 'embedding', 'index'], {
        object: { const: 'embedding' },
        embedding: { type: ['array', 'string'], items: { type: 'number' } },
        index: { type: 'integer' },
      }),
    ),
    model: string,
    usage: object(['prompt_tokens', 'total_tokens'], {
      prompt_tokens: { type: 'integer' },
      total_tokens: { type: 'integer' },
    }),
  }),
  models: object(['object', 'data'], {
    object: { const: 'list' },
    data: list(
      object(['id', 'object', 'created', 'owned_by'], {
        id: string,
        object: { const: 'model' },
        created: { type: 'integer' },
        owned_by: string,
      }),
    ),
  }),
}
