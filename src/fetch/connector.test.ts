import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { fetcherTo } from '../../test/support/webServer.ts'
import { asFetchFailure } from './failures.ts'

test('with TLS the name of the URL is asked for, not the address that is dialled', async () => {
  const names: string[] = []
  const server = createServer({
    SNICallback(name, done) {
      names.push(name)
      done(new Error('no certificate for anybody'))
    },
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { fetcher, dialled } = fetcherTo({ port: (server.address() as AddressInfo).port })
  await expect(fetcher.get('https://example.com/', { limitBytes: 1, totalMs: 10_000 })).rejects.toMatchObject(
    { code: 'fetch_failed' },
  )
  expect(names).toEqual(['example.com'])
  expect(dialled).toMatchObject([{ port: 443 }])
})

test.each(['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID'])(
  'a certificate that is not valid (%s) is for good',
  (code) => {
    const failure = asFetchFailure(Object.assign(new Error(code), { code }), 'example.com')
    expect(failure).toMatchObject({ code: 'fetch_refused', reason: 'bad_certificate', retryable: false })
  },
)
