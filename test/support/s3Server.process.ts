// An S3 server over the folder given as the argument, with one bucket `stored`; prints its port. It is s3rver with what that
// lacks: parts can be listed and uploads given up, a new object may be refused because there is one, and objects are listed in
// the order of the bytes of their keys, under any key.
import { access, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
// @ts-expect-error -- it has no types
import S3rver from '@20minutes/s3rver'

const BUCKET = 'stored'

interface Store {
  configureBuckets(): Promise<unknown>
  callback(): (request: IncomingMessage, response: ServerResponse) => void
}

const openStore = (options: object) => new S3rver(options) as Store
const [folder = '', pageSize = '1000'] = process.argv.slice(2)
const options = { directory: folder, silent: true, configureBuckets: [{ name: BUCKET }] }
const s3rver = openStore(options)
await s3rver.configureBuckets()
const answerForObject = s3rver.callback()
// Where it checks a signature, it leaves the last slash of the bucket's path out.
const answerForBucket = openStore({ ...options, allowMismatchedSignatures: true }).callback()
const uploadsOf = (bucket: string) => join(folder, bucket, '._S3rver_uploads')

const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  )

function answer(response: ServerResponse, status: number, xml = ''): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(xml && `<?xml version="1.0" encoding="UTF-8"?>\n${xml}`)
}

const refuse = (response: ServerResponse, status: number, code: string) =>
  answer(response, status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`)

async function listParts(
  response: ServerResponse,
  { uploads, uploadId, query }: { uploads: string; uploadId: string; query: URLSearchParams },
) {
  const names = await readdir(join(uploads, uploadId))
  const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number)
  const after = numbers.filter((number) => number > Number(query.get('part-number-marker') ?? 0))
  const page = after
    .toSorted((one, other) => one - other)
    .slice(0, Number(query.get('max-parts') ?? pageSize))
  const parts = await Promise.all(
    page.map(async (number) => {
      const md5 = await readFile(join(uploads, uploadId, `${number}.md5`), 'utf8')
      return `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${md5}&quot;</ETag></Part>`
    }),
  )
  const isTruncated = page.length < after.length
  answer(
    response,
    200,
    `<ListPartsResult>${parts.join('')}<IsTruncated>${isTruncated}</IsTruncated>` +
      `<NextPartNumberMarker>${page.at(-1) ?? 0}</NextPartNumberMarker></ListPartsResult>`,
  )
}

async function listUploads(response: ServerResponse, uploads: string, prefix: string) {
  const ids = await readdir(uploads).catch(() => [])
  const found = await Promise.all(
    ids.map(async (id) => {
      const key = await readFile(join(uploads, id, 'key'), 'utf8')
      const { birthtime } = await stat(join(uploads, id, 'key'))
      return { id, key, initiated: birthtime.toISOString() }
    }),
  )
  const listed = found
    .filter(({ key }) => key.startsWith(prefix))
    .map(
      ({ id, key, initiated }) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`,
    )
  answer(
    response,
    200,
    `<ListMultipartUploadsResult>${listed.join('')}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
  )
}

const OBJECT = '._S3rver_object'

/** As AWS does with `encoding-type=url`. */
async function listObjects(response: ServerResponse, bucket: string, query: URLSearchParams) {
  const root = join(folder, bucket)
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (!entries) return refuse(response, 404, 'NoSuchBucket')
  const token = query.get('continuation-token')
  const after = token === null ? (query.get('start-after') ?? '') : decodeURIComponent(token)
  const prefix = query.get('prefix') ?? ''
  const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))
  const keys = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(OBJECT))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1, -OBJECT.length))
    .filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0)
    .toSorted(byBytes)
  const page = keys.slice(0, Number(query.get('max-keys') ?? 1000))
  const contents = await Promise.all(
    page.map(async (key) => {
      const path = join(root, key + OBJECT)
      const { size, mtime } = await stat(path)
      const md5 = await readFile(`${path}.md5`, 'utf8')
      return (
        `<Contents><Key>${encodeURIComponent(key).replaceAll('%20', '+')}</Key><Size>${size}</Size>` +
        `<LastModified>${mtime.toISOString()}</LastModified><ETag>&quot;${md5}&quot;</ETag></Contents>`
      )
    }),
  )
  const next = page.length < keys.length ? encodeURIComponent(page.at(-1) ?? '') : undefined
  answer(
    response,
    200,
    `<ListBucketResult><EncodingType>url</EncodingType>${contents.join('')}<IsTruncated>${next !== undefined}</IsTruncated>` +
      `${next === undefined ? '' : `<NextContinuationToken>${next}</NextContinuationToken>`}</ListBucketResult>`,
  )
}

let last: Promise<void> = Promise.resolve()

/** Conditions are looked at by one request after the other. Returns what lets the next one. */
async function inTurn(): Promise<() => void> {
  const before = last
  const mine = Promise.withResolvers<void>()
  last = mine.promise
  await before
  return mine.resolve
}

/**
 * It removes a folder that is empty after an object went, and with it what another request has written there meanwhile. With
 * this in it, it is not empty.
 */
async function keepFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true })
  await writeFile(join(path, '.kept'), '')
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://s3')
  const [, bucket = '', encodedKey = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  const key = decodeURIComponent(encodedKey)
  const uploads = uploadsOf(bucket)
  const uploadId = query.get('uploadId')
  if (uploadId !== null && !(await isThere(join(uploads, uploadId))))
    return refuse(response, 404, 'NoSuchUpload')
  if (request.method === 'GET' && uploadId !== null) return listParts(response, { uploads, uploadId, query })
  if (request.method === 'GET' && query.has('uploads'))
    return listUploads(response, uploads, query.get('prefix') ?? '')
  if (request.method === 'GET' && query.has('list-type') && query.get('encoding-type') === 'url')
    return listObjects(response, bucket, query)
  if (request.method === 'DELETE' && uploadId !== null) {
    await rm(join(uploads, uploadId), { recursive: true, force: true })
    return answer(response, 204)
  }
  if (request.headers['if-none-match'] === '*' && request.method === 'PUT') {
    const release = await inTurn()
    response.on('close', release)
    if (await isThere(join(folder, bucket, `${key}${OBJECT}`)))
      return refuse(response, 412, 'PreconditionFailed')
  }
  const isWrite = request.method === 'PUT' || request.method === 'POST'
  if (key !== '' && isWrite) await keepFolder(dirname(join(folder, bucket, key)))
  if (key === '') answerForBucket(request, response)
  else answerForObject(request, response)
}

const server = createServer((request, response) => {
  handle(request, response).catch((failure: unknown) => {
    process.stderr.write(`${String(failure)}\n`)
    response.destroy()
  })
})
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`)
})
