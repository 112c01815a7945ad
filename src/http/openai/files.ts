import { EmbedlineError } from '../../domain/errors.ts'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { FilePurpose } from '../../domain/batch.ts'
import {
  createFile as keepFile,
  deleteFile as removeFile,
  getFile,
  listFiles as readFiles,
  openFile,
} from '../../tasks/files/files.ts'
import { logIfBroken } from '../brokenBody.ts'
import { withForm } from '../multipart/form.ts'
import { fileId } from './ids.ts'
import { parse } from './parse.ts'
import { presentFile, presentList } from './present.ts'
import { inPath } from '../call.ts'
import type { Handler } from './route.ts'

const PURPOSES: readonly FilePurpose[] = ['batch', 'batch_output']

/** `POST /files`: once this is answered the file survives the machine. */
export const createFile: Handler = ({ parts, schemas, account, request }) =>
  withForm(
    parts.objects,
    request.raw,
    { files: { file: mostBytes(parts.limits, 'batchBytes') } },
    async ({ fields, files: { file } }) => {
      const { purpose, expires_after: kept } = parse(schemas.createFile, fromForm(fields))
      if (!file)
        throw new EmbedlineError('parameter_missing', "Missing required parameter: 'file'.", {
          field: 'file',
        })
      const filename = file.filename || `${purpose}.jsonl`
      if (Array.from(filename).length > parts.limits.filenameCharacters)
        throw new EmbedlineError('request_invalid', 'The name of the file is too long.', { field: 'file' })
      return presentFile(
        await keepFile(parts, account, {
          received: file.received,
          filename,
          ...(kept && { keptMs: kept.seconds * 1000 }),
        }),
      )
    },
  )

/** In a form an object is written as `name[key]`. */
function fromForm(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const flat = { ...fields }
  const nested = ['anchor', 'seconds'].flatMap((key) => {
    const value = flat[`expires_after[${key}]`]
    return value === undefined ? [] : [[key, value] as const]
  })
  return { ...flat, ...(nested.length > 0 && { expires_after: Object.fromEntries(nested) }) }
}

/** `GET /files`: those of a purpose that nothing has are none. */
export const listFiles: Handler = async ({ parts, schemas, account, request }) => {
  const { limit, after, order, purpose } = parse(schemas.listFiles, request.query)
  const purposes = purpose === undefined ? PURPOSES : PURPOSES.filter((each) => each === purpose)
  const filter = { limit: limit + 1, order, purposes, ...(after !== undefined && { after: fileId(after) }) }
  return presentList(await readFiles(parts, account.id, filter), limit, presentFile)
}

/** `GET /files/{id}`. */
export const retrieveFile: Handler = async ({ parts, account, request }) => {
  const id = inPath(request, 'id')
  return presentFile((await getFile(parts, account.id, fileId(id))) ?? noFile(id))
}

/** `DELETE /files/{id}`: a batch that has not ended goes on with what is in it. */
export const deleteFile: Handler = async ({ parts, account, request }) => {
  const id = inPath(request, 'id')
  if (!(await removeFile(parts, account.id, fileId(id)))) noFile(id)
  return { id, object: 'file', deleted: true }
}

/** `GET /files/{id}/content`. */
export const fileContent: Handler = async ({ parts, account, request, reply }) => {
  const id = inPath(request, 'id')
  const { file, bytes } = (await openFile(parts, account.id, fileId(id))) ?? noFile(id)
  reply.type('application/octet-stream').headers({
    'content-length': file.sizeBytes,
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file.filename)}`,
  })
  return logIfBroken(bytes, { request, reply, logger: parts.logger }, 'a file broke off', { file: id })
}

const noFile = (id: string): never => {
  throw new EmbedlineError('not_found', `No such File object: ${id}`, { field: 'id' })
}
