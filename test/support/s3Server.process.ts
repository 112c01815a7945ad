// An S3 server over the folder given as the argument, with one bucket `stored`; prints its port. It is s3rver with what that
// lacks: parts can be listed and uploads given up, and a new object may be refused because there is one.
import { access, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
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
const uploads = join(folder, BUCKET, '._S3rver_uploads')

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

async function listParts(response: ServerResponse, uploadId: string, query: URLSearchParams) {
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

async function listUploads(response: ServerResponse, prefix: string) {
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

let last: Promise<void> = Promise.resolve()

/** Conditions are looked at by one request after the other. Returns what lets the next one. */
async function inTurn(): Promise<() => void> {
  const before = last
  const mine = Promise.withResolvers<void>()
  last = mine.promise
  await before
  return mine.resolve
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://s3')
  const key = decodeURIComponent(pathname.slice(`/${BUCKET}/`.length))
  const uploadId = query.get('uploadId')
  if (uploadId !== null && !(await isThere(join(uploads, uploadId))))
    return refuse(response, 404, 'NoSuchUpload')
  if (request.method === 'GET' && uploadId !== null) return listParts(response, uploadId, query)
  if (request.method === 'GET' && query.has('uploads'))
    return listUploads(response, query.get('prefix') ?? '')
  if (request.method === 'DELETE' && uploadId !== null) {
    await rm(join(uploads, uploadId), { recursive: true, force: true })
    return answer(response, 204)
  }
  if (request.headers['if-none-match'] === '*' && request.method === 'PUT') {
    const release = await inTurn()
    response.on('close', release)
    if (await isThere(join(folder, BUCKET, `${key}._S3rver_object`)))
      return refuse(response, 412, 'PreconditionFailed')
  }
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
