import type { Socket } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { placeOf } from './checkUrl.ts'
import type { Dial } from './dial.ts'
import { checkedAddresses, type GuardParts } from './guard.ts'

/** A connection, with TLS where it is asked for, is there after so long or never. */
const CONNECT_MS = 10_000

export interface ConnectorParts extends GuardParts {
  dial: Dial
}

/**
 * The only way out: every connection of this agent is resolved, checked and dialled here, the first one and those to
 * which a redirect leads. It reads no proxy variables: a proxy would resolve names behind the guard's back. Certificates
 * and the host header go by the name of the URL.
 */
export function openGuardedAgent({ dial, ...guard }: ConnectorParts): Agent {
  const addTls = buildConnector({ allowH2: false, timeout: CONNECT_MS })

  async function connect(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    let socket: Socket
    try {
      socket = await openSocket(options)
    } catch (failure) {
      return callback(failure as Error, null)
    }
    if (options.protocol === 'https:') addTls({ ...options, httpSocket: socket }, callback)
    else callback(null, socket)
  }

  async function openSocket(options: buildConnector.Options): Promise<Socket> {
    const place = placeOf(options)
    const addresses = await checkedAddresses(guard, place)
    const socket = await dial({ addresses, port: place.port, timeoutMs: CONNECT_MS })
    return socket.setNoDelay(true).setKeepAlive(true, 60_000)
  }

  return new Agent({ connect: (options, callback) => void connect(options, callback), allowH2: false })
}
