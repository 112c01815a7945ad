import type { FastifyReply, FastifyRequest } from 'fastify'
import { openAsset } from '../../../tasks/assets.ts'
import { thumbnailOf, waveformOf } from '../../../tasks/previews.ts'
import { untilGone } from '../../untilGone.ts'
import { ThumbnailQuery, WaveformQuery } from './schemas.ts'
import { readQuery } from '../readRequest.ts'
import type { Handler } from '../route.ts'
import { isKnown, sendBytes } from '../sendBytes.ts'

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
  const { at, width, format } = readQuery(request, ThumbnailQuery)
  const order = { ...(at !== undefined && { atSec: at }), mostWidth: width, format }
  const preview = await thumbnailOf(parts, account.id, idOf(request), { order, signal: untilGone(reply) })
  return send(request, reply, { ...preview, type: `image/${format}` })
}

/** `GET /assets/{id}/waveform`: the outline of the sound. */
export const getWaveform: Handler = async ({ parts, account, request, reply }) => {
  const { points } = readQuery(request, WaveformQuery)
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
