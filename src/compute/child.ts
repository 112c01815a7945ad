import { makeHandlers } from './handlers.ts'
import type { ToChild } from './protocol.ts'
import { serveParent } from './serveParent.ts'

// The program of a compute child. It lives as long as the pipe to its parent, and nothing else ends it in order:
// service managers and terminals signal every process at once, and the parent still wants what it has asked for.
process.on('SIGTERM', () => {})
process.on('SIGINT', () => {})

const stopCalls = serveParent(
  {
    // An answer that the parent is not there for any more is no error; 'disconnect' follows.
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void process.on('message', (message) => listener(message as ToChild)),
  },
  makeHandlers,
)

process.on('disconnect', () => {
  stopCalls() // ends ffmpeg also where the system does not do it for a dead parent
  process.exit()
})
