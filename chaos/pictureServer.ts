import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { picture } from './materials.ts'

export interface PictureServer {
  /** The picture of a seed lies at `/<seed>.png`. */
  url: string
  close(): Promise<void>
}

/** A server elsewhere, from which tasks fetch their inputs. */
export async function servePictures(): Promise<PictureServer> {
  const server = createServer((request, response) => {
    const [, seed = '0'] = /^\/(\d+)\.png$/.exec(request.url ?? '') ?? []
    void picture(Number(seed)).then((bytes) => response.setHeader('content-type', 'image/png').end(bytes))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
