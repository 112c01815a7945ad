import type { Limits } from '../domain/limits.ts'
import { operations as native } from './native/openapi.ts'
import { PREFIX as NATIVE_PREFIX } from './native/routes.ts'
import { PREFIX as OPENAI_PREFIX } from './openai/names.ts'
import { operations as openai } from './openai/openapi.ts'
import type { Operation } from './operations.ts'
import { PREFIX as TELNYX_PREFIX } from './telnyx/names.ts'
import { operations as telnyx } from './telnyx/openapi.ts'
import { operations as twelvelabs } from './twelvelabs/openapi.ts'
import { PREFIX as TWELVELABS_PREFIX } from './twelvelabs/prefix.ts'

const PAGES = {
  '/': 'A page for people',
  '/healthz': 'The process lives',
  '/readyz':
    'New work is taken: the model is loaded and there is room on the disk; 503 with how far it is, or what is wrong, while it is not',
  '/metrics': 'What is measured, in the text format of Prometheus; nothing private is in it',
  '/openapi.json': 'This document',
}

const SECURITY = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
  bearer: { type: 'http', scheme: 'bearer' },
}

/** The OpenAPI 3.1 document of all routes, made of the schemas that requests are parsed with. */
export function describe({ limits, version }: { limits: Limits; version: string }): object {
  const doors: [string, Operation[]][] = [
    [TWELVELABS_PREFIX, twelvelabs(limits)],
    [TELNYX_PREFIX, telnyx(limits)],
    [OPENAI_PREFIX, openai()],
    [NATIVE_PREFIX, native()],
  ]
  const paths: Record<string, Record<string, object>> = {}
  for (const [path, summary] of Object.entries(PAGES))
    paths[path] = { get: { summary, responses: { 200: { description: 'Done' } } } }
  for (const [prefix, operations] of doors)
    for (const { method, path, operation } of operations)
      paths[prefix + path] = { ...paths[prefix + path], [method]: operation }
  return {
    openapi: '3.1.0',
    info: { title: 'Embedline', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { securitySchemes: SECURITY },
  }
}
