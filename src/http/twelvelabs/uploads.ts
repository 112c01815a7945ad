import { EmbedlineError } from '../../domain/errors.ts'
import { inLimit, type MostBytes } from '../../domain/limitFacts.ts'
import { createUpload as beginUpload } from '../../tasks/uploads/createUpload.ts'
import { getUpload, listUploads as readUploads, readdressParts } from '../../tasks/uploads/getUpload.ts'
import { addressParts as addressesOf } from '../../tasks/uploads/partAddress.ts'
import { reportParts as makeFinal, type PartReport } from '../../tasks/uploads/reportParts.ts'
import { checkUserMetadata } from '../../tasks/userMetadata.ts'
import { originOf } from '../origin.ts'
import { readBody } from '../requestBody.ts'
import { inFieldsOf } from './errors.ts'
import { parse } from './parse.ts'
import { parseJson } from '../json/parseJson.ts'
import { presentPage } from './present.ts'
import {
  presentAddresses,
  presentProgress,
  presentReported,
  presentUpload,
  presentUploadRow,
} from './presentUpload.ts'
import { pathId, type Call, type Handler } from './route.ts'

/** So many addresses come with a new upload; a client asks for more as it needs them. */
const FIRST_ADDRESSES = 50

/** Without the metadata: the name of the file, or five hundred parts. */
const BODY_BYTES = 256 * 1024

/** `POST /assets/multipart-uploads`: the id of the asset is reserved; it is there once all parts are. */
export const createUpload: Handler = async (call) => {
  const { parts, schemas, account, request, reply } = call
  const body = parse(
    schemas.createUpload,
    await json(call, { name: 'userMetadataBytes', bytes: 2 * parts.limits.userMetadataBytes }),
  )
  const { total_size: totalBytes, user_metadata: userMetadata } = body
  if (body.type === 'image' && totalBytes > parts.limits.partedPictureBytes)
    throw new EmbedlineError(
      'too_large',
      `A picture may have ${parts.limits.partedPictureBytes} bytes${inLimit('partedPictureBytes')}.`,
      {
        field: 'total_size',
      },
    )
  if (userMetadata) await inFieldsOf('', async () => checkUserMetadata(parts, userMetadata))
  const upload = await beginUpload(parts, account, {
    filename: body.filename,
    totalBytes,
    ...(userMetadata && { userMetadata }),
    wantsThumbnail: body.enable_thumbnail ?? false,
  })
  reply.code(201)
  const addresses = addressesOf(parts, upload, {
    keyId: account.keyId,
    first: 1,
    count: FIRST_ADDRESSES,
  })
  return presentUpload(upload, presentAddresses(addresses, originOf(request)))
}

/** `GET /assets/multipart-uploads`: those that still take parts, newest first. */
export const listUploads: Handler = async ({ parts, schemas, account, request }) => {
  const query = parse(schemas.listUploads, request.query)
  const page = await readUploads(parts, account.id, { page: query.page, pageSize: query.page_limit })
  return presentPage(page, query, presentUploadRow)
}

/** `GET /assets/multipart-uploads/{id}`: how far it is, with a page of its parts. */
export const retrieveUpload: Handler = async ({ parts, schemas, account, request }) => {
  const query = parse(schemas.listParts, request.query)
  const progress = await getUpload(parts, account.id, {
    id: pathId(request),
    page: query.page,
    pageSize: query.page_limit,
  })
  return presentProgress(progress, query, parts.clock.nowMs())
}

/** `POST /assets/multipart-uploads/{id}/presigned-urls`. */
export const addressParts: Handler = async (call) => {
  const { parts, schemas, account, request } = call
  const id = pathId(request)
  const { start, count } = parse(schemas.addressParts, await json(call, BODY_BYTES))
  const addresses = await readdressParts(parts, account, { id, first: start, count })
  const [first] = addresses
  if (!first)
    throw new EmbedlineError('request_invalid', 'The upload has fewer parts than that.', { field: 'start' })
  return {
    upload_id: id,
    start_index: start,
    count: addresses.length,
    upload_urls: presentAddresses(addresses, originOf(request)),
    generated_at: new Date(parts.clock.nowMs()).toISOString(),
    expires_at: new Date(first.expiresMs).toISOString(),
  }
}

/** `POST /assets/multipart-uploads/{id}`: with the last part the asset is there. */
export const reportParts: Handler = async (call) => {
  const { parts, schemas, account, request } = call
  const { completed_chunks: chunks } = parse(schemas.reportParts, await json(call, BODY_BYTES))
  const reports = chunks.map((chunk): PartReport => ({
    number: chunk.chunk_index,
    sizeBytes: chunk.chunk_size,
    md5: chunk.proof.replaceAll('"', '').toLowerCase(),
  }))
  const reported = await inChunkFields(() =>
    makeFinal(parts, account, { uploadId: pathId(request), reports }),
  )
  return presentReported(reported, originOf(request))
}

const json = async ({ request }: Call, limitBytes: MostBytes): Promise<unknown> =>
  parseJson(await readBody(request.raw, limitBytes))

const CHUNK_FIELD: Readonly<Record<string, string>> = {
  number: 'chunk_index',
  sizeBytes: 'chunk_size',
  md5: 'proof',
}

/** Names what is wrong with a part as the caller wrote it. */
async function inChunkFields<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb()
  } catch (failure) {
    const field = failure instanceof EmbedlineError ? failure.field : undefined
    const [, index, name = ''] = /^parts\[(\d+)\]\.(\w+)$/.exec(field ?? '') ?? []
    if (!(failure instanceof EmbedlineError) || index === undefined) throw failure
    throw failure.inField(`completed_chunks[${index}].${CHUNK_FIELD[name] ?? name}`)
  }
}
