import { z } from 'zod'

/** One operation of a door, for the description of all of them. */
export interface DescribedRoute {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** Below the door's prefix, with the names of its parts in braces. */
  path: string
  /** Name of the operation among those of its door, as in `listTasks`; made of method and path unless said. */
  id?: string
  summary: string
  /** Instead of what the door asks for. */
  security?: readonly object[]
  query?: z.ZodObject
  headers?: z.ZodObject
  /** `example`: a body that is taken as it stands; a test holds it against the schema. */
  body?: { type: string; schema: z.ZodType; example?: unknown }
  /** The same as a form, beside it. */
  form?: z.ZodType
  /** `type` may be a range, as in `image/*`; `also` is another status with the same body. */
  answer: {
    status: number
    also?: number
    type?: string
    schema?: z.ZodType
    /** What `Accept` may ask for instead. */
    otherTypes?: readonly string[]
  }
  /** What else it may answer that is neither that nor a failure like any other: status and description. */
  otherAnswers?: Readonly<Record<number, string>>
}

/** What the operations of a door have in common. */
export interface Door {
  /** Under which the reference lists them; also what the names of operations begin with, unless it is ours. */
  tag: string
  idPrefix?: string
  security: readonly object[]
  failure: { type: string; schema: z.ZodType }
}

export interface Operation {
  method: string
  path: string
  operation: { operationId: string; tags: readonly string[] } & Record<string, unknown>
}

const JSON_TYPE = 'application/json'

/** A route as an OpenAPI 3.1 operation. */
export function describeRoute(route: DescribedRoute, door: Door): Operation {
  const { method, path, summary, security, query, headers, body, form, answer, otherAnswers = {} } = route
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...parametersIn('query', query),
    ...parametersIn('header', headers),
  ]
  const done = {
    description: 'Done',
    ...(answer.schema && {
      content: {
        ...content(answer.type ?? JSON_TYPE, answer.schema, 'output'),
        ...Object.fromEntries((answer.otherTypes ?? []).map((type) => [type, {}])),
      },
    }),
  }
  const operation = {
    operationId: operationId(route, door),
    tags: [door.tag],
    summary,
    security: security ?? door.security,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          ...content(body.type, body.schema, 'input', body.example),
          ...(form && content('multipart/form-data', form, 'input')),
        },
      },
    }),
    responses: {
      [answer.status]: done,
      ...(answer.also !== undefined && { [answer.also]: done }),
      ...Object.fromEntries(
        Object.entries(otherAnswers).map(([status, description]) => [status, { description }]),
      ),
      default: {
        description: 'Refused or failed',
        content: content(door.failure.type, door.failure.schema, 'output'),
      },
    },
  }
  return { method, path, operation }
}

/** `listTasks`, or `telnyxListTasks` in a door with a prefix. */
function operationId({ id, method, path }: DescribedRoute, { idPrefix = '' }: Door): string {
  const name = id ?? `${method}${path.split(/\W+/).filter(Boolean).map(capitalised).join('')}`
  return idPrefix === '' ? name : `${idPrefix}${capitalised(name)}`
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

const content = (type: string, schema: z.ZodType, io: 'input' | 'output', example?: unknown) => ({
  [type]: { schema: shape(schema, io), ...(example !== undefined && { example }) },
})

function parametersIn(place: 'query' | 'header', parameters: z.ZodObject | undefined): object[] {
  if (parameters === undefined) return []
  const { properties = {}, required = [] } = shape(parameters, 'input') as ObjectShape
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    ...(description !== undefined && { description }),
    ...(required.includes(name) && { required: true }),
    schema,
  }))
}

interface ObjectShape {
  properties?: Record<string, { description?: string }>
  required?: string[]
}

function shape(schema: z.core.$ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => {
      openEnded(jsonSchema)
      // A type that `meta` says is how it stands in a query; what it is parsed to is nobody's affair.
      if (jsonSchema.type !== undefined) delete jsonSchema.anyOf
    },
  })
  return rest
}

/** More properties than those that are named are allowed by saying nothing, which readers show without noise. */
function openEnded(schema: z.core.JSONSchema.BaseSchema): void {
  const more = schema.additionalProperties
  if (schema.properties && typeof more === 'object' && Object.keys(more).length === 0)
    delete schema.additionalProperties
}
