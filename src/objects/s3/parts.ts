import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { EmbedlineError } from '../../domain/errors.ts'
import type { KeyedMutex } from '../../lib/keyedMutex.ts'
import { openPart } from '../diskParts.ts'
import { touchingDisk } from '../durable.ts'
import type { Incoming } from '../incoming.ts'
import type { PartPlace, PartUpload } from '../objects.ts'
import type { MultipartUpload } from './bucket.ts'
import { storageSpoilt } from './failure.ts'
import { read, type ReadParts } from './read.ts'
import { sourceOf } from './send.ts'

export interface SessionParts extends ReadParts {
  prefix: string
  incoming: Incoming
  mutex: KeyedMutex
}

/**
 * Files that come in parts: each is one multipart upload of the store. Its id lies in the store too, under the name of the
 * file and with a hash of its own, so that any server goes on with it; the first one who writes it has begun the upload.
 */
export interface Sessions {
  openPart(name: string, place: PartPlace): Promise<PartUpload>
  /** Makes the parts one object, if they are not yet, and returns its key. Throws `input_missing`. */
  assemble(name: string): Promise<string>
  /** Removes what was assembled, after it has been copied to its place. */
  end(name: string): Promise<void>
  /** Removes all that came. */
  forget(name: string): Promise<void>
  names(): Promise<string[]>
  /** True for an upload that somebody may go on with. */
  isOpen(upload: MultipartUpload): Promise<boolean>
}

export function openSessions(parts: SessionParts): Sessions {
  const { bucket, prefix, incoming, mutex } = parts
  const begun = new Map<string, MultipartUpload>()
  const sessions = `${prefix}unfinished/`
  const sessionKey = (name: string) => sessions + name
  const assembledKey = (name: string) => `${prefix}assembled/${name}`

  async function readSession(name: string): Promise<MultipartUpload | undefined> {
    for (let isLast = false; ; isLast = true) {
      const reading = await read(parts, sessionKey(name))
      if (!reading) return undefined
      const content = Buffer.concat(await Array.fromAsync(reading.chunks)).toString()
      const [uploadId = '', hash] = content.split(' ')
      // One of an earlier version has none.
      if (hash === undefined || hash === sha256(uploadId)) return { key: assembledKey(name), uploadId }
      if (isLast) throw storageSpoilt()
    }
  }

  const known = async (name: string) => begun.get(name) ?? (await readSession(name))

  const begin = (name: string): Promise<MultipartUpload> =>
    mutex(`upload in parts ${name}`, async () => {
      const before = await known(name)
      if (before) return remember(name, before)
      const upload = await bucket.beginParts(assembledKey(name))
      await bucket.putNew(sessionKey(name), `${upload.uploadId} ${sha256(upload.uploadId)}`)
      // Another server may have been quicker, or, where the store does not know the condition, a little slower.
      const first = (await readSession(name)) ?? upload
      if (first.uploadId !== upload.uploadId) await bucket.abortParts(upload)
      return remember(name, first)
    })

  function remember(name: string, upload: MultipartUpload): MultipartUpload {
    begun.set(name, upload)
    return upload
  }

  async function end(name: string): Promise<void> {
    begun.delete(name)
    await bucket.remove(assembledKey(name))
    await bucket.remove(sessionKey(name))
  }

  return {
    async openPart(name, place) {
      const checkSpace = () => incoming.checkSpace(0)
      await checkSpace()
      // It passes through a file of this machine: it is sent again from there when the store failed.
      const path = incoming.newPath()
      const spool = await touchingDisk(() => openPart(path, { ...place, offset: 0 }, checkSpace))
      return {
        write: (chunk) => spool.write(chunk),
        async finish() {
          const { sizeBytes, md5 } = await spool.finish()
          const source = await sourceOf(path, 0, sizeBytes, Buffer.from(md5, 'hex'))
          if (!(await bucket.putPart(await begin(name), place.number, source))) throw partsMissing()
          return { sizeBytes, md5 }
        },
        async close() {
          await spool.close()
          await rm(path, { force: true })
        },
      }
    },

    async assemble(name) {
      const upload = await known(name)
      const key = assembledKey(name)
      const made = (upload && (await bucket.listParts(upload))) ?? []
      if (upload && made.length > 0) await bucket.completeParts(upload, made)
      if ((await bucket.sizeOf(key)) === undefined) throw partsMissing()
      return key
    },

    end,

    async forget(name) {
      const upload = await known(name)
      if (upload) await bucket.abortParts(upload)
      await end(name)
    },

    names: async () =>
      (await Array.fromAsync(bucket.list(sessions))).map((key) => key.slice(sessions.length)),

    async isOpen({ key, uploadId }) {
      const name = key.slice(assembledKey('').length)
      return key === assembledKey(name) && (await readSession(name))?.uploadId === uploadId
    },
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

export const partsMissing = () =>
  new EmbedlineError('input_missing', 'The parts of the upload are not here any more.')
