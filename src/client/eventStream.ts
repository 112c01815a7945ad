/** A frame of a stream of server-sent events. */
export interface Frame {
  id?: string
  event: string
  /** Empty: nothing happened, it only says by its id where to go on. */
  data: string
}

/**
 * The frames of a stream of server-sent events (the HTML standard, 9.2), as they come; a frame that the end of the
 * stream cut off is left out. `onBytes` hears of everything, of comments too.
 */
export async function* readFrames(
  stream: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<Frame, void, undefined> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let frame = empty()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      onBytes()
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      for (const line of lines) {
        if (line !== '') take(line, frame)
        else {
          if (frame.data.length > 0 || frame.id !== undefined) yield finished(frame)
          frame = empty()
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

interface Open {
  id: string | undefined
  event: string
  data: string[]
}

const empty = (): Open => ({ id: undefined, event: 'message', data: [] })

const finished = ({ id, event, data }: Open): Frame => ({
  ...(id !== undefined && { id }),
  event,
  data: data.join('\n'),
})

function take(line: string, frame: Open): void {
  const colon = line.indexOf(':')
  const name = colon < 0 ? line : line.slice(0, colon)
  const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
  if (name === 'id' && !value.includes('\0')) frame.id = value
  if (name === 'event') frame.event = value
  if (name === 'data') frame.data.push(value)
}
