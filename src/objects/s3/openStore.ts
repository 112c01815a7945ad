import {
  CreateBucketCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3'
import { EmbedlineError } from '../../domain/errors.ts'
import type { Opened } from '../../lib/closing.ts'
import { openBucket, openClient, type Bucket } from './bucket.ts'
import { isBucketMissing, isBucketTaken, isMissing } from './failure.ts'
import { PACE, ofStore, retrying, type Pace } from './retry.ts'
import { read } from './read.ts'
import { readChecked } from './readChecked.ts'
import { sendFile, SIZES, type Sizes } from './send.ts'
import type { S3Place } from './settings.ts'

export interface StoreParts {
  place: S3Place
  random: () => number
  pace?: Partial<Pace>
  sizes?: Sizes
  /** Of lists. */
  pageSize?: number
}

/** What a list or an answer says of an object. */
interface StoredObject {
  key: string
  sizeBytes: number
  modifiedMs: number
  etag: string
}

/** All buckets of an S3 store that the credentials reach: what `buckets/s3Store.ts` asks for. */
export function openS3Store({ place, random, pageSize, sizes = SIZES, ...parts }: StoreParts) {
  const pace: Pace = { ...PACE, random, ...parts.pace }
  const client = openClient(place)
  const opened = new Map<string, Bucket>()

  const asked = <T>(work: () => Promise<T>): Promise<T> => ofStore(retrying(pace, work))

  function bucketOf(name: string): Bucket {
    const known = opened.get(name)
    if (known) return known
    const bucket = openBucket({ settings: { ...place, bucket: name }, client, pace })
    opened.set(name, bucket)
    return bucket
  }

  return {
    async bucketNames(): Promise<string[]> {
      const names: string[] = []
      let token: string | undefined
      do {
        const page = await asked(() =>
          client.send(new ListBucketsCommand(token ? { ContinuationToken: token } : {})),
        )
        names.push(...(page.Buckets ?? []).flatMap(({ Name }) => Name ?? []))
        token = page.ContinuationToken
      } while (token !== undefined)
      return names
    },

    hasBucket: (Bucket: string): Promise<boolean> =>
      asked(async () => {
        try {
          await client.send(new HeadBucketCommand({ Bucket }))
          return true
        } catch (failure) {
          if (isMissing(failure) || isBucketMissing(failure)) return false
          throw failure
        }
      }),

    makeBucket: (Bucket: string): Promise<void> =>
      asked(async () => {
        try {
          await client.send(new CreateBucketCommand({ Bucket }))
        } catch (failure) {
          const owner = isBucketTaken(failure)
          if (owner === 'other')
            throw new EmbedlineError(
              'request_invalid',
              'Somebody else has a bucket of this name in the store.',
              {
                field: 'bucket',
              },
            )
          if (owner === undefined) throw failure
        }
      }),

    async *objects(Bucket: string, StartAfter: string): AsyncGenerator<StoredObject> {
      let token: string | undefined
      do {
        const order = {
          Bucket,
          // Not every letter can stand in XML.
          EncodingType: 'url' as const,
          ...(pageSize !== undefined && { MaxKeys: pageSize }),
          ...(StartAfter !== '' && { StartAfter }),
          ...(token !== undefined && { ContinuationToken: token }),
        }
        const page = await asked(async () => {
          try {
            return await client.send(new ListObjectsV2Command(order))
          } catch (failure) {
            if (isBucketMissing(failure)) throw new EmbedlineError('not_found', 'There is no such bucket.')
            throw failure
          }
        })
        for (const { Key = '', Size = 0, LastModified, ETag = '' } of page.Contents ?? []) {
          const key = page.EncodingType === 'url' ? decodeURIComponent(Key.replaceAll('+', ' ')) : Key
          yield { key, sizeBytes: Size, modifiedMs: LastModified?.getTime() ?? 0, etag: ETag }
        }
        token = page.NextContinuationToken
      } while (token !== undefined)
    },

    head: (Bucket: string, Key: string): Promise<StoredObject | undefined> =>
      asked(async () => {
        try {
          const {
            ContentLength = 0,
            LastModified,
            ETag = '',
          } = await client.send(new HeadObjectCommand({ Bucket, Key }))
          return { key: Key, sizeBytes: ContentLength, modifiedMs: LastModified?.getTime() ?? 0, etag: ETag }
        } catch (failure) {
          if (isMissing(failure) || isBucketMissing(failure)) return undefined
          throw failure
        }
      }),

    async read(
      bucket: string,
      key: string,
      {
        etag,
        range,
        signal,
      }: { etag: string; range?: { first: number; last: number }; signal?: AbortSignal },
    ): Promise<AsyncIterable<Uint8Array> | undefined> {
      try {
        const begin = () => read({ bucket: bucketOf(bucket), pace }, key, { ...range, match: etag }, signal)
        return await readChecked(begin, range ? {} : ({ md5 }) => ({ md5 }))
      } catch (failure) {
        if (failure instanceof EmbedlineError && failure.reason === 'storage_changed') return undefined
        throw failure
      }
    },

    send: (bucket: string, key: string, file: { path: string; sizeBytes: number }): Promise<void> =>
      sendFile(bucketOf(bucket), key, file, sizes),

    remove: (bucket: string, key: string): Promise<void> => bucketOf(bucket).remove(key),

    // oxlint-disable-next-line require-await -- it is closed by those who wait
    close: async () => client.destroy(),
  } satisfies Opened & Record<string, unknown>
}
