import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { originOf } from '../origin.ts'
import { takesGzip } from '../takesGzip.ts'
import { REFERENCE_FOLDER } from './referenceFiles.ts'
import { ROOT_PAGES } from './markdownPages.ts'

// Scripts, styles and calls are this server's alone. The library draws some of its icons with styles of their own.
const REFERENCE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const YEAR_SEC = 31_536_000

/** What is to be read: the reference of the API, every page in Markdown, and a list of them all. Needs no key. */
export function addDocs(app: FastifyInstance, { version }: { version: string }): void {
  app.get('/docs', async (_request, reply) => {
    const { referencePage } = await import('./referencePage.ts')
    reply.headers({
      'content-security-policy': REFERENCE_POLICY,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-cache',
    })
    return reply.type('text/html; charset=utf-8').send(await referencePage(version))
  })
  app.get<{ Params: { hash: string; name: string } }>(`${REFERENCE_FOLDER}/:hash/:name`, sendReferenceFile)
  app.get('/llms.txt', async (request, reply) => {
    const { llms } = await import('./llms.ts')
    // It names the address that this one visitor used.
    reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8')
    return llms({ url: originOf(request), version })
  })
  app.get('/docs/*', sendMarkdown)
  for (const page of ROOT_PAGES) app.get(`/${page}`, sendMarkdown)
}

async function sendReferenceFile(
  request: FastifyRequest<{ Params: { hash: string; name: string } }>,
  reply: FastifyReply,
): Promise<unknown> {
  const { referenceFiles } = await import('./referenceFiles.ts')
  const { folder, files } = await referenceFiles()
  const { hash, name } = request.params
  const file = folder === `${REFERENCE_FOLDER}/${hash}` ? files.get(name) : undefined
  if (file === undefined) return reply.callNotFound()
  reply.type(file.contentType).headers({
    'cache-control': `public, max-age=${YEAR_SEC}, immutable`,
    vary: 'accept-encoding',
  })
  if (!takesGzip(request.headers['accept-encoding'])) return file.bytes
  reply.header('content-encoding', 'gzip')
  return file.gzipped
}

async function sendMarkdown(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const { readMarkdown } = await import('./markdownPages.ts')
  const text = await readMarkdown(request.url.replace(/^\/|\?.*$/g, ''))
  if (text === undefined) return reply.callNotFound()
  reply.type('text/markdown; charset=utf-8').header('cache-control', 'no-cache')
  return text
}
