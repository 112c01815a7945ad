/** A frame of a stream of server-sent events; a comment has only that. */
export interface Frame {
  id?: string
  event?: string
  data?: unknown
  retry?: string
  comment?: string
}

export interface OpenedFrames {
  response: Response
  /** The next frame; undefined when the stream has ended. Comments are passed over unless they are asked for. */
  next(options?: { comments?: boolean }): Promise<Frame | undefined>
  /** All that still come until the stream ends. */
  rest(): Promise<Frame[]>
  /** Goes away, as a client does that is closed. */
  leave(): void
}

/** Reads the frames of a stream one by one, as they come. */
export async function openFrames(
  call: (init: RequestInit) => Promise<Response>,
  headers: Record<string, string> = {},
): Promise<OpenedFrames> {
  const leaving = new AbortController()
  const response = await call({ headers, signal: leaving.signal })
  const frames = framesOf(response)
  const next: OpenedFrames['next'] = async ({ comments = false } = {}) => {
    for (;;) {
      const { value, done } = await frames.next()
      if (done) return undefined
      if (comments || value.comment === undefined) return value
    }
  }
  return {
    response,
    next,
    async rest() {
      const all: Frame[] = []
      for (let frame = await next(); frame; frame = await next()) all.push(frame)
      return all
    },
    leave: () => leaving.abort(),
  }
}

async function* framesOf({ body }: Response): AsyncGenerator<Frame, void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) yield frameOf(block)
  }
}

function frameOf(block: string): Frame {
  const fields = block.split('\n').map((line) => {
    const at = line.indexOf(':')
    return [at === 0 ? 'comment' : line.slice(0, at), line.slice(at + 1).trimStart()]
  })
  const { data, ...frame } = Object.fromEntries(fields) as Record<string, string>
  return { ...frame, ...(data !== undefined && { data: JSON.parse(data) as unknown }) }
}
