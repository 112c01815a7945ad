import { limitsNamed } from '../../src/domain/limits.ts'
import { describe } from '../../src/http/description.ts'
import { fitsSchema } from './expectSchema.ts'

type Content = Record<string, { schema?: object }>

interface Described {
  responses: Record<string, { content?: Content }>
}

interface DescribedPath {
  pattern: RegExp
  /** A word of the path is preferred to a part that may be anything. */
  parts: number
  methods: Record<string, Described>
}

let described: DescribedPath[] | undefined

/**
 * Throws when an answer of the server's own API is not as `/openapi.json` describes it: another status, another type,
 * or a body that its schema does not take. Answers of the contracts have tests of their own; what is described nowhere
 * (another method, no such path) is let through.
 */
export async function expectDescribed(method: string, path: string, response: Response): Promise<void> {
  if (!path.startsWith('/api/') || response.status === 405) return
  described ??= readDescription()
  const plain = path.replace(/\?.*$/, '')
  const operation = described.find(({ pattern }) => pattern.test(plain))?.methods[method.toLowerCase()]
  if (operation === undefined) return
  const answer =
    operation.responses[response.status] ??
    (response.status >= 400 ? operation.responses['default'] : undefined)
  const place = `${method} ${plain} answered ${response.status}`
  if (answer === undefined) throw new Error(`${place}, which is not described`)
  const type = response.headers.get('content-type')?.replace(/;.*$/, '')
  if (answer.content === undefined || type === undefined) return
  const content = answer.content[type] ?? answer.content[type.replace(/\/.*/, '/*')] ?? answer.content['*/*']
  if (content === undefined)
    throw new Error(`${place} with ${type}; described are ${Object.keys(answer.content).join(', ')}`)
  if (content.schema === undefined || !type.endsWith('json')) return
  const faults = fitsSchema(content.schema, await response.clone().json())
  if (faults.length > 0)
    throw new Error(`${place}, not as described: ${JSON.stringify(faults, undefined, 1)}`)
}

function readDescription(): DescribedPath[] {
  const { paths } = describe({ limits: limitsNamed('ours'), version: '' }) as {
    paths: Record<string, Record<string, Described>>
  }
  return Object.entries(paths)
    .map(([path, methods]) => ({
      pattern: new RegExp(
        `^${path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, (_, name) => (name === 'key' ? '.+' : '[^/]+'))}$`,
      ),
      parts: path.split('{').length,
      methods,
    }))
    .toSorted((one, other) => one.parts - other.parts)
}
