import { connect, type LookupFunction, type Socket } from 'node:net'
import type { CheckedAddress } from './guard.ts'

export interface DialTarget {
  addresses: readonly CheckedAddress[]
  port: number
  timeoutMs: number
}

/** Opens a connection to one of the addresses. Fails with the system's codes (`ECONNREFUSED`, `ETIMEDOUT`). */
export type Dial = (target: DialTarget) => Promise<Socket>

/** Looks like a name to the socket, so that it asks for the addresses; nobody can own it (RFC 2606). */
const STAND_IN = 'checked.invalid'

/** Tries the addresses in turn and a little ahead of each other (RFC 8305), and no other. */
export const dialTcp: Dial = ({ addresses, port, timeoutMs }) =>
  new Promise((resolve, reject) => {
    const socket = connect({
      host: STAND_IN,
      port,
      autoSelectFamily: true,
      lookup: ((_host, _options, done) => done(null, [...addresses])) satisfies LookupFunction,
    })
    socket.setTimeout(timeoutMs, () =>
      socket.destroy(Object.assign(new Error('no connection in time'), { code: 'ETIMEDOUT' })),
    )
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      resolve(socket)
    })
  })
