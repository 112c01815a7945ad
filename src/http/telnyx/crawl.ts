import { createCrawl } from '../../tasks/createCrawl.ts'
import { answerCreate } from './createAnswer.ts'
import { inWireFields } from './errors.ts'
import { DEFAULT_MODEL } from './names.ts'
import { parseBody } from './parse.ts'
import type { Handler } from './route.ts'
import { DEFAULT_CHUNKS } from './schema.ts'

/** `POST /embeddings/url`: the pages of a site become objects of a bucket that are embedded. */
export const crawl: Handler = (call) =>
  answerCreate(call, (bytes, rest) => {
    const { parts, schemas, account } = call
    const body = parseBody(schemas.crawl, bytes)
    const unlessEmbedded = { modelName: DEFAULT_MODEL, chunks: DEFAULT_CHUNKS }
    return inWireFields(() =>
      createCrawl(parts, account, {
        bucket: body.bucket_name,
        url: body.url,
        ...unlessEmbedded,
        ...rest,
      }),
    )
  })
