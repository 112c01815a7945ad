import { createHash, type Hash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { EmbedlineError } from '../../domain/errors.ts'
import type { KeyedMutex } from '../../lib/keyedMutex.ts'
import { touchingDisk } from '../durable.ts'
import type { Incoming } from '../incoming.ts'
import type { PartPlace, PartUpload } from '../objects.ts'
import type { MultipartUpload } from './bucket.ts'
import { read, type ReadParts } from './read.ts'
import { sourceOf } from './send.ts'

/** While a part comes in, the free space is looked at after so many bytes. */
const CHECK_EVERY_BYTES = 16 * 1024 ** 2

export interface SessionParts extends ReadParts {
  prefix: string
  incoming: Incoming
  mutex: KeyedMutex
}

/**
 * Files that come in parts: each is one multipart upload of the store. Its id lies in the store too, under the name of the
 * file, so that any server goes on with it; the first one who writes it has begun the upload.
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
    const reading = await read(parts, sessionKey(name))
    if (!reading) return undefined
    const chunks = await Array.fromAsync(reading.chunks)
    return { key: assembledKey(name), uploadId: Buffer.concat(chunks).toString() }
  }

  const known = async (name: string) => begun.get(name) ?? (await readSession(name))

  const begin = (name: string): Promise<MultipartUpload> =>
    mutex(name, async () => {
      const before = await known(name)
      if (before) return remember(name, before)
      const upload = await bucket.beginParts(assembledKey(name))
      if (await bucket.putNew(sessionKey(name), upload.uploadId)) return remember(name, upload)
      // Another server was quicker, or an answer was lost.
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
      await incoming.checkSpace(0)
      return openSpool(
        { path: incoming.newPath(), place, checkSpace: () => incoming.checkSpace(0) },
        (source) =>
          begin(name).then(async (upload) => {
            if (!(await bucket.putPart(upload, place.number, source))) throw gone()
          }),
      )
    },

    async assemble(name) {
      const upload = await known(name)
      const key = assembledKey(name)
      const made = (upload && (await bucket.listParts(upload))) ?? []
      if (upload && made.length > 0) await bucket.completeParts(upload, made)
      if ((await bucket.sizeOf(key)) === undefined) throw gone()
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

const gone = () => new EmbedlineError('input_missing', 'The parts of the upload are not here any more.')

interface Spool {
  path: string
  place: PartPlace
  checkSpace: () => Promise<void>
}

/** A part passes through a file of this machine: it is sent again from there when the store failed. */
async function openSpool(
  { path, place, checkSpace }: Spool,
  send: (source: Awaited<ReturnType<typeof sourceOf>>) => Promise<void>,
): Promise<PartUpload> {
  const file = await touchingDisk(() => open(path, 'ax'))
  const hash: Hash = createHash('md5')
  let sizeBytes = 0
  let checkedBytes = 0
  return {
    write: (chunk) =>
      touchingDisk(async () => {
        if (sizeBytes + chunk.length > place.sizeBytes)
          throw new EmbedlineError('too_large', `The part has ${place.sizeBytes} bytes and no more.`)
        if (sizeBytes - checkedBytes >= CHECK_EVERY_BYTES) {
          checkedBytes = sizeBytes
          await checkSpace()
        }
        hash.update(chunk)
        await file.appendFile(chunk)
        sizeBytes += chunk.length
      }),
    async finish() {
      const digest = hash.digest()
      const source = await sourceOf(path, 0, sizeBytes, digest)
      await send(source)
      return { sizeBytes, md5: digest.toString('hex') }
    },
    async close() {
      await file.close()
      await rm(path, { force: true })
    },
  }
}
