import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3'
import type { Opened } from '../../lib/closing.ts'
import { isMissing, isNotImplemented, isPreconditionFailed } from './failure.ts'
import { ofStore, retrying, type Pace } from './retry.ts'
import type { S3Place, S3Settings } from './settings.ts'

const CONNECT_MS = 5_000
const IDLE_MS = 30_000

const silent = () => {}
const SILENT = { debug: silent, info: silent, warn: silent, error: silent }

export interface Content {
  body: Readable
  /** Of what comes, not of the whole. */
  sizeBytes: number
  etag: string | undefined
  /** Of the whole object, hex, when the store knows it. */
  md5: string | undefined
}

/** Bytes to be sent, which can be read again for another attempt. */
export interface Source {
  open: () => Readable | Uint8Array
  sizeBytes: number
  /** Base64; the store refuses what comes otherwise. */
  md5: string
}

/** An upload in parts: where it becomes an object, and its id. */
export interface MultipartUpload {
  key: string
  uploadId: string
}

export interface SentPart {
  number: number
  etag: string
}

/** One bucket of an S3 store, with the few requests that are used. Throws `storage_unavailable` and `aborted`. */
export interface Bucket extends Opened {
  /** The bytes from `first` on, or up to `last`. Undefined: there are none. `match`: only while they have that ETag. */
  get(
    key: string,
    options: { first?: number; last?: number; match?: string | undefined; signal?: AbortSignal | undefined },
  ): Promise<Content | undefined>
  /** The size; undefined when there is no such object. */
  sizeOf(key: string): Promise<number | undefined>
  put(key: string, source: Source): Promise<void>
  /** Leaves what is there already as it is; a store that does not know the condition replaces it. */
  putNew(key: string, content: string): Promise<void>
  /** What is not there is no error. Once `signal` is aborted it is not tried again, and throws. */
  remove(key: string, signal?: AbortSignal): Promise<void>
  /** All keys below a prefix, page by page. */
  list(prefix: string): AsyncGenerator<string>
  /** Copies within the store. False: there is nothing to copy. */
  copy(from: string, to: string): Promise<boolean>
  beginParts(key: string): Promise<MultipartUpload>
  /** Undefined: there is no such upload. */
  putPart(upload: MultipartUpload, number: number, source: Source): Promise<SentPart | undefined>
  copyPart(
    upload: MultipartUpload,
    number: number,
    from: { key: string; first: number; last: number },
  ): Promise<SentPart>
  /** Undefined: there is no such upload. */
  listParts(upload: MultipartUpload): Promise<SentPart[] | undefined>
  /** False: there is no such upload. */
  completeParts(upload: MultipartUpload, parts: readonly SentPart[]): Promise<boolean>
  /** Removes the parts; there need be none. */
  abortParts(upload: MultipartUpload): Promise<void>
  /** The uploads in parts below a prefix that were neither completed nor aborted; none of a store that cannot list them. */
  listUploads(prefix: string): AsyncGenerator<MultipartUpload & { begunMs: number }>
}

export interface BucketParts {
  settings: S3Place & Pick<S3Settings, 'bucket'>
  /** Absent: the bucket has one of its own, which it closes. */
  client?: S3Client
  pace: Pace
  /** Of lists; absent: as many as the store gives. */
  pageSize?: number | undefined
  /** So long nothing may come over a connection. */
  idleMs?: number | undefined
}

/**
 * Opens the way to a store. Requests are signed with the credentials that AWS programs use (`AWS_ACCESS_KEY_ID`, profiles,
 * roles), go to paths and not to names of hosts, and carry no checksums but those that every store knows.
 */
export const openClient = ({ endpoint, region }: S3Place, idleMs = IDLE_MS): S3Client =>
  new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // Bodies can be read again here and not there.
    maxAttempts: 1,
    // It would print; what fails is told by whoever asked.
    logger: SILENT,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: idleMs },
  })

export function openBucket({ settings, pace, pageSize, idleMs, ...parts }: BucketParts): Bucket {
  const { bucket: Bucket } = settings
  const client = parts.client ?? openClient(settings, idleMs)
  const page = pageSize === undefined ? {} : { MaxKeys: pageSize }
  const uploadsPage = pageSize === undefined ? {} : { MaxUploads: pageSize }
  const partsPage = pageSize === undefined ? {} : { MaxParts: pageSize }

  const asked = <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> =>
    ofStore(retrying(pace, work, signal))

  /** Undefined when what was asked for is not there. */
  const ifThere = <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T | undefined> =>
    asked(async () => {
      try {
        return await work()
      } catch (failure) {
        if (isMissing(failure)) return undefined
        throw failure
      }
    }, signal)

  const ofUpload = ({ key, uploadId }: MultipartUpload) => ({ Bucket, Key: key, UploadId: uploadId })
  const bodyOf = ({ open, sizeBytes, md5 }: Source) => ({
    Body: open(),
    ContentLength: sizeBytes,
    ContentMD5: md5,
  })

  return {
    get: (Key, { first = 0, last, match, signal }) =>
      ifThere(async () => {
        // A range of nothing is refused: an empty object has to be asked for as a whole.
        const Range = first === 0 && last === undefined ? undefined : `bytes=${first}-${last ?? ''}`
        const answer = await client.send(
          new GetObjectCommand({ Bucket, Key, ...(Range && { Range }), ...(match && { IfMatch: match }) }),
          signal && { abortSignal: signal },
        )
        const body = answer.Body as Readable
        return { body, sizeBytes: answer.ContentLength ?? 0, etag: answer.ETag, md5: md5Of(answer) }
      }, signal),

    sizeOf: async (Key) => {
      const answer = await ifThere(() => client.send(new HeadObjectCommand({ Bucket, Key })))
      return answer && (answer.ContentLength ?? 0)
    },

    put: async (Key, source) =>
      void (await asked(() => client.send(new PutObjectCommand({ Bucket, Key, ...bodyOf(source) })))),

    putNew: (Key, content) =>
      asked(async () => {
        try {
          const ContentMD5 = createHash('md5').update(content).digest('base64')
          await client.send(
            new PutObjectCommand({ Bucket, Key, Body: content, ContentMD5, IfNoneMatch: '*' }),
          )
        } catch (failure) {
          if (!isPreconditionFailed(failure)) throw failure
        }
      }),

    remove: async (Key, signal) => {
      const order = new DeleteObjectCommand({ Bucket, Key })
      await ifThere(() => client.send(order, signal && { abortSignal: signal }), signal)
    },

    async *list(Prefix) {
      for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
        const order = { Bucket, Prefix, ...page, ...(token !== undefined && { ContinuationToken: token }) }
        const { Contents = [], NextContinuationToken } = await asked(() =>
          client.send(new ListObjectsV2Command(order)),
        )
        for (const { Key } of Contents) if (Key !== undefined) yield Key
        token = NextContinuationToken
      }
    },

    copy: async (from, Key) => {
      const CopySource = sourceOf(Bucket, from)
      return (
        (await ifThere(() => client.send(new CopyObjectCommand({ Bucket, Key, CopySource })))) !== undefined
      )
    },

    beginParts: async (key) => {
      const { UploadId = '' } = await asked(() =>
        client.send(new CreateMultipartUploadCommand({ Bucket, Key: key })),
      )
      return { key, uploadId: UploadId }
    },

    putPart: async (upload, PartNumber, source) => {
      const send = () =>
        client.send(new UploadPartCommand({ ...ofUpload(upload), PartNumber, ...bodyOf(source) }))
      const answer = await ifThere(send)
      return answer && { number: PartNumber, etag: answer.ETag ?? '' }
    },

    copyPart: async (upload, number, { key, first, last }) => {
      const { CopyPartResult } = await asked(() =>
        client.send(
          new UploadPartCopyCommand({
            ...ofUpload(upload),
            PartNumber: number,
            CopySource: sourceOf(Bucket, key),
            CopySourceRange: `bytes=${first}-${last}`,
          }),
        ),
      )
      return { number, etag: CopyPartResult?.ETag ?? '' }
    },

    async listParts(upload) {
      const parts: SentPart[] = []
      for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
        const order = { ...ofUpload(upload), ...partsPage, ...(after && { PartNumberMarker: after }) }
        const answer = await ifThere(() => client.send(new ListPartsCommand(order)))
        if (!answer) return undefined
        for (const { PartNumber = 0, ETag = '' } of answer.Parts ?? [])
          parts.push({ number: PartNumber, etag: ETag })
        after = answer.IsTruncated ? answer.NextPartNumberMarker : undefined
      }
      return parts
    },

    completeParts: async (upload, parts) => {
      const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
      const send = () =>
        client.send(new CompleteMultipartUploadCommand({ ...ofUpload(upload), MultipartUpload: { Parts } }))
      return (await ifThere(send)) !== undefined
    },

    abortParts: async (upload) =>
      void (await ifThere(() => client.send(new AbortMultipartUploadCommand(ofUpload(upload))))),

    async *listUploads(Prefix) {
      interface Marker {
        KeyMarker: string
        UploadIdMarker: string
      }
      for (let after: Marker | undefined, isFirst = true; isFirst || after; isFirst = false) {
        const order = { Bucket, Prefix, ...uploadsPage, ...after }
        const answer = await asked(() => ifKnown(client.send(new ListMultipartUploadsCommand(order))))
        if (!answer) return
        for (const { Key = '', UploadId = '', Initiated } of answer.Uploads ?? [])
          yield { key: Key, uploadId: UploadId, begunMs: Initiated?.getTime() ?? 0 }
        const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = answer
        after =
          answer.IsTruncated && KeyMarker !== undefined && UploadIdMarker !== undefined
            ? { KeyMarker, UploadIdMarker }
            : undefined
      }
    },

    // oxlint-disable-next-line require-await -- it is closed by those who wait
    close: async () => void (parts.client ?? client.destroy()),
  }
}

/** Undefined when the store does not know the operation. */
async function ifKnown<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (failure) {
    if (isNotImplemented(failure)) return undefined
    throw failure
  }
}

const sourceOf = (bucket: string, key: string): string =>
  `${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`

/**
 * The ETag where it is the MD5: of what was sent as one, and is not encrypted with a key of KMS or of the caller
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html).
 */
function md5Of({ ETag = '', ServerSideEncryption, SSECustomerAlgorithm }: GetObjectCommandOutput) {
  const isOfKey = (ServerSideEncryption ?? 'AES256') !== 'AES256' || SSECustomerAlgorithm !== undefined
  return isOfKey ? undefined : /^"([0-9a-f]{32})"$/.exec(ETag)?.[1]
}
