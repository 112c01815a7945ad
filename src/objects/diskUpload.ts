import { createHash, type Hash } from 'node:crypto'
import { open, rm, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'
import { bytesOf, inMostBytes, type MostBytes } from '../domain/limitFacts.ts'
import { syncFolder, touchingDisk } from './durable.ts'
import type { LongUpload, ReceivedBytes, Upload } from './objects.ts'

/** While bytes come in, the free space is looked at after so many. */
const CHECK_EVERY_BYTES = 16 * 1024 ** 2

export interface UploadParts {
  /** Throws when there is too little free. */
  checkSpace: () => Promise<void>
  onGone: () => void
}

/** Opens a new file. */
export async function openUpload(
  temporaryPath: string,
  limitBytes: MostBytes,
  parts: UploadParts,
): Promise<Upload> {
  const file = await touchingDisk(() => open(temporaryPath, 'ax'))
  return uploadInto({ file, temporaryPath, limitBytes, ...parts })
}

/** Opens a file that may be there already, cuts off all but its first bytes, and reads these for the hash. */
export async function resumeUpload(
  temporaryPath: string,
  keepBytes: number,
  limitBytes: MostBytes,
  parts: UploadParts,
): Promise<LongUpload> {
  return touchingDisk(async () => {
    const file = await open(temporaryPath, 'a+')
    try {
      const { size } = await file.stat()
      const sizeBytes = size < keepBytes ? 0 : keepBytes
      await file.truncate(sizeBytes)
      const hash = createHash('sha256')
      if (sizeBytes > 0)
        for await (const chunk of file.createReadStream({ start: 0, autoClose: false }))
          hash.update(chunk as Buffer)
      await syncFolder(dirname(temporaryPath))
      return uploadInto({ file, temporaryPath, limitBytes, hash, sizeBytes, ...parts })
    } catch (failure) {
      await file.close()
      throw failure
    }
  })
}

interface OpenedFile extends UploadParts {
  /** Written at its end only. */
  file: FileHandle
  temporaryPath: string
  limitBytes: MostBytes
  /** Of what is in the file. */
  hash?: Hash
  sizeBytes?: number
}

function uploadInto({
  file,
  temporaryPath,
  limitBytes,
  checkSpace,
  onGone,
  ...before
}: OpenedFile): LongUpload {
  let hash = before.hash ?? createHash('sha256')
  let sizeBytes = before.sizeBytes ?? 0
  let checkedBytes = sizeBytes
  let isGone = false

  async function append(chunk: Uint8Array): Promise<void> {
    if (sizeBytes - checkedBytes >= CHECK_EVERY_BYTES) {
      checkedBytes = sizeBytes
      await checkSpace()
    }
    await file.appendFile(chunk)
  }

  async function whileHere<T>(work: () => Promise<T>): Promise<T> {
    if (isGone) throw abandoned()
    try {
      return await touchingDisk(work)
    } catch (failure) {
      throw isGone ? abandoned(failure) : failure
    }
  }

  async function letGo(): Promise<boolean> {
    const wasHere = !isGone
    isGone = true
    onGone()
    await file.close()
    return wasHere
  }

  return {
    get sizeBytes() {
      return sizeBytes
    },

    async write(chunk) {
      if (isGone) throw abandoned()
      if (sizeBytes + chunk.length > bytesOf(limitBytes)) throw tooLarge(limitBytes)
      sizeBytes += chunk.length
      hash.update(chunk)
      await whileHere(() => append(chunk))
    },

    restart: () =>
      whileHere(async () => {
        hash = createHash('sha256')
        sizeBytes = 0
        checkedBytes = 0
        await file.truncate(0)
      }),

    flush: () => whileHere(() => file.datasync()),

    async finish(): Promise<ReceivedBytes> {
      await whileHere(() => syncAndClose(file))
      return { hash: hash.digest('hex'), sizeBytes, temporaryPath }
    },

    async leave() {
      await letGo()
    },

    async abandon() {
      if (await letGo()) await rm(temporaryPath, { force: true })
    },
  }
}

const abandoned = (cause?: unknown) => new EmbedlineError('aborted', 'The upload was abandoned.', { cause })

async function syncAndClose(file: FileHandle): Promise<void> {
  await file.sync()
  await file.close()
}

const tooLarge = (most: MostBytes) =>
  new EmbedlineError('too_large', `More than ${bytesOf(most)} bytes are not taken${inMostBytes(most)}.`)
