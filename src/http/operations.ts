import { z } from 'zod'

/** One operation of a door, for the description of all of them. */
export interface DescribedRoute {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete'
  /** Below the door's prefix, with the names of its parts in braces. */
  path: string
  summary: string
  /** Instead of what the door asks for. */
  security?: readonly object[]
  query?: z.ZodObject
  headers?: z.ZodObject
  body?: { type: string; schema: z.ZodType }
  /** The same as a form, beside it. */
  form?: z.ZodType
  answer: { status: number; type?: string; schema?: z.ZodType }
  /** What else it may answer that is neither that nor a failure like any other: status and description. */
  otherAnswers?: Readonly<Record<number, string>>
}

/** What the operations of a door have in common. */
export interface Door {
  security: readonly object[]
  failure: { type: string; schema: z.ZodType }
}

export interface Operation {
  method: string
  path: string
  operation: object
}

const JSON_TYPE = 'application/json'

/** A route as an OpenAPI 3.1 operation. */
export function describeRoute(
  { method, path, summary, security, query, headers, body, form, answer, otherAnswers = {} }: DescribedRoute,
  door: Door,
): Operation {
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
  const operation = {
    summary,
    security: security ?? door.security,
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          ...content(body.type, body.schema, 'input'),
          ...(form && content('multipart/form-data', form, 'input')),
        },
      },
    }),
    responses: {
      [answer.status]: {
        description: 'Done',
        ...(answer.schema && { content: content(answer.type ?? JSON_TYPE, answer.schema, 'output') }),
      },
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

const content = (type: string, schema: z.ZodType, io: 'input' | 'output') => ({
  [type]: { schema: shape(schema, io) },
})

const parametersIn = (place: 'query' | 'header', parameters: z.ZodObject | undefined) =>
  Object.entries(parameters?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: place,
    schema: shape(schema, 'input'),
  }))

function shape(schema: z.core.$ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}
