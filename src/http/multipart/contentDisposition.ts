/** What the `Content-Disposition` of a form's part says. */
export interface Disposition {
  name: string
  /** As it was sent, without folders; absent when the part is no file. */
  filename?: string
}

const PARAMETER = /;\s*([a-z*]+)\s*=\s*(?:"((?:\\"|[^"])*)"|([^;\s]*))/gi

/** Reads `form-data; name="file"; filename="a.mp4"` (RFC 7578 §4.2). Undefined when it is something else. */
export function readDisposition(header: string): Disposition | undefined {
  if (!/^\s*form-data\s*;/i.test(header)) return undefined
  const parameters = new Map<string, string>()
  for (const [, key = '', quoted, plain] of header.matchAll(PARAMETER))
    parameters.set(key.toLowerCase(), unescape(quoted ?? plain ?? ''))
  const name = parameters.get('name')
  if (name === undefined) return undefined
  const filename = extended(parameters.get('filename*')) ?? parameters.get('filename')
  return { name, ...(filename !== undefined && { filename: lastStep(filename) }) }
}

/** Clients write a quote as `\"` or, as browsers do, as `%22`. */
const unescape = (text: string): string => text.replaceAll('\\"', '"').replaceAll('%22', '"')

/** Old browsers send the whole path of the file, of either kind of system. */
const lastStep = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** `UTF-8''na%C3%AFve.mp4` (RFC 8187), which some clients send beside the plain name. */
function extended(value: string | undefined): string | undefined {
  const [, encoded] = /^utf-8'[^']*'(.*)$/i.exec(value ?? '') ?? []
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    return undefined
  }
}
