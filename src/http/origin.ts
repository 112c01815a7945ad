import type { FastifyRequest } from 'fastify'

/** A name or address with or without a port; nothing that could end the host part of an address. */
const HOST = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i

/**
 * This server as the caller addressed it, `http://localhost:8787`, also through a proxy that says so by
 * `X-Forwarded-Proto` and `X-Forwarded-Host`; empty when there is no usable name (HTTP/1.0). Anybody may write those
 * headers: what is made of them may only go into the answer to that very request.
 */
export function originOf({ headers, protocol }: Pick<FastifyRequest, 'headers' | 'protocol'>): string {
  const scheme = first(headers['x-forwarded-proto'])?.toLowerCase()
  const host = [first(headers['x-forwarded-host']), headers.host].find((each) => each && HOST.test(each))
  if (host === undefined) return ''
  return `${scheme === 'http' || scheme === 'https' ? scheme : protocol}://${host}`
}

/** What the outermost of several proxies wrote. */
const first = (header: string | string[] | undefined): string | undefined =>
  [header].flat()[0]?.split(',')[0]?.trim()
