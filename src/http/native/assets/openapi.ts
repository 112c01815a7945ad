import type { DescribedRoute } from '../../operations.ts'
import { BYTES, BYTES_TYPE, RangeHeaders } from '../bytesSchemas.ts'
import { ThumbnailQuery, WaveformAnswer, WaveformQuery } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/assets/{id}/content',
    summary: 'The bytes of an asset, or a range of them',
    headers: RangeHeaders,
    otherAnswers: { 206: 'The bytes of the range', 416: 'The asset ends before the range' },
    answer: { status: 200, type: BYTES_TYPE, schema: BYTES },
  },
  {
    method: 'get',
    path: '/assets/{id}/thumbnails',
    summary: 'A small picture of a video or a picture, as JPEG or WebP',
    query: ThumbnailQuery,
    answer: { status: 200, type: 'image/jpeg', schema: BYTES },
  },
  {
    method: 'get',
    path: '/assets/{id}/waveform',
    summary: 'The outline of the sound of an asset',
    query: WaveformQuery,
    answer: { status: 200, schema: WaveformAnswer },
  },
]
