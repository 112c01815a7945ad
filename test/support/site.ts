import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import type { FetcherParts } from '../../src/fetch/fetcher.ts'
import { PUBLIC, webServer } from './webServer.ts'

/** What a site answers at a path: HTML, or whatever else it is made to be. */
export type SitePage = string | PageAnswer | ((request: IncomingMessage, response: ServerResponse) => void)

export interface PageAnswer {
  status?: number
  body?: string | Uint8Array
  headers?: Readonly<Record<string, string>>
}

export interface Site {
  /** For the fetcher: every name is a public address, every dialled address this server. */
  web: Pick<FetcherParts, 'resolve' | 'dial'>
  port: number
  /** What was asked for, in order: the path, with the host before it where that is not `HOST`. */
  asked: string[]
  pages: Map<string, SitePage>
}

export const HOST = 'site.test'

/** A web site on loopback, by paths (`/docs`) or hosts and paths (`www.site.test/docs`); all else is 404. */
export async function site(pages: Readonly<Record<string, SitePage>>): Promise<Site> {
  const known = new Map(Object.entries(pages))
  const asked: string[] = []
  const { port } = await webServer((request, response) => {
    const { host = '' } = request.headers
    const name = host === HOST || host.startsWith('127.0.0.1') ? (request.url ?? '') : host + request.url
    asked.push(name)
    send(known.get(name) ?? { status: 404, body: 'not here' }, request, response)
  })
  const web: Site['web'] = {
    resolve: async () => [{ address: PUBLIC, family: 4 }],
    async dial() {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
  }
  return { web, port, asked, pages: known }
}

/** Answers as a page says. */
export function send(page: SitePage, request: IncomingMessage, response: ServerResponse): void {
  if (typeof page === 'function') return page(request, response)
  const { status = 200, body = '', headers = {} } = typeof page === 'string' ? { body: page } : page
  response.writeHead(status, { 'content-type': 'text/html', ...headers })
  response.end(body)
}

export const redirect = (location: string, status = 301): PageAnswer => ({ status, headers: { location } })

/** A page with a text of its own and links. */
export const html = (text: string, links: readonly string[] = [], head = ''): string =>
  `<!doctype html><html><head>${head}</head><body><p>${text}</p>${links
    .map((link) => `<a href="${link}">go</a>`)
    .join('')}</body></html>`
