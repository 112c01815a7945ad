import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { EmbedlineError } from '../../domain/errors.ts'
import { openAsset } from '../../tasks/assets.ts'
import { thumbnailOf, waveformOf } from '../../tasks/previews.ts'
import { untilGone } from '../untilGone.ts'
import { ThumbnailQuery, WaveformQuery } from './assetSchemas.ts'
import type { Handler } from './route.ts'
import { isKnown, sendBytes } from './sendBytes.ts'

/** `GET /assets/{id}/content`: the bytes of the account's asset, whatever its state, or a range of them. */
export const getContent: Handler = async (call) => {
  const { parts, account, reply } = call
  const { asset, hash, open } = await openAsset(parts, account.id, idOf(call.request))
  reply.header('content-disposition', `inline; filename*=UTF-8''${encodeURIComponent(asset.filename)}`)
  return sendBytes(call, {
    sizeBytes: asset.sizeBytes,
    version: hash,
    modifiedMs: asset.createdMs,
    contentType: asset.mimeType,
    open,
  })
}

/** `GET /assets/{id}/thumbnails`: a small picture. */
export const getThumbnail: Handler = async ({ parts, account, request, reply }) => {
  const { at, width, format } = parse(ThumbnailQuery, request.query)
  const order = { ...(at !== undefined && { atSec: at }), mostWidth: width, format }
  const preview = await thumbnailOf(parts, account.id, idOf(request), { order, signal: untilGone(reply) })
  return send(request, reply, { ...preview, type: `image/${format}` })
}

/** `GET /assets/{id}/waveform`: the outline of the sound. */
export const getWaveform: Handler = async ({ parts, account, request, reply }) => {
  const { points } = parse(WaveformQuery, request.query)
  const preview = await waveformOf(parts, account.id, idOf(request), { points, signal: untilGone(reply) })
  return send(request, reply, { ...preview, type: 'application/json; charset=utf-8' })
}

const idOf = ({ params }: FastifyRequest): string => (params as { id: string }).id

/** May be kept, but asked for each time: an asset may be deleted. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { bytes, version, type }: { bytes: Uint8Array; version: string; type: string },
): FastifyReply {
  const etag = `"${version}"`
  reply.headers({ etag, 'cache-control': 'private, no-cache' })
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  return reply.type(type).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
}

function parse<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const result = schema.safeParse(query)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.')
  throw new EmbedlineError('request_invalid', issue?.message ?? '', { ...(field && { field }) })
}
