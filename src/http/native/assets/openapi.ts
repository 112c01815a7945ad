import type { DescribedRoute } from '../../operations.ts'
import { BYTES, KNOWN, RangeHeaders } from '../bytesSchemas.ts'
import { ThumbnailQuery, WaveformAnswer, WaveformQuery } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/assets/{id}/content',
    id: 'getAssetContent',
    summary: 'The bytes of an asset, or a range of them',
    headers: RangeHeaders,
    otherAnswers: { 206: 'The bytes of the range', 304: KNOWN, 416: 'The asset ends before the range' },
    answer: { status: 200, type: '*/*', schema: BYTES },
  },
  {
    method: 'get',
    path: '/assets/{id}/thumbnails',
    id: 'getThumbnail',
    summary: 'A small picture of a video or a picture, as JPEG or WebP',
    query: ThumbnailQuery,
    otherAnswers: { 304: KNOWN },
    answer: { status: 200, type: 'image/*', schema: BYTES },
  },
  {
    method: 'get',
    path: '/assets/{id}/waveform',
    id: 'getWaveform',
    summary: 'The outline of the sound of an asset',
    query: WaveformQuery,
    answer: { status: 200, schema: WaveformAnswer },
  },
]
