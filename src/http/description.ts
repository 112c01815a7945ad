import type { Limits } from '../domain/limits.ts'
import { operations, SECURITY } from './twelvelabs/openapi.ts'
import { PREFIX } from './twelvelabs/routes.ts'

const PAGES = {
  '/': 'A page for people',
  '/healthz': 'The process lives',
  '/readyz': 'Requests are taken',
  '/openapi.json': 'This document',
}

/** The OpenAPI 3.1 document of all routes, made of the schemas that requests are parsed with. */
export function describe({ limits, version }: { limits: Limits; version: string }): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const [path, summary] of Object.entries(PAGES))
    paths[path] = { get: { summary, responses: { 200: { description: 'Done' } } } }
  for (const { method, path, operation } of operations(limits))
    paths[PREFIX + path] = { ...paths[PREFIX + path], [method]: operation }
  return {
    openapi: '3.1.0',
    info: { title: 'Embedline', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: { securitySchemes: SECURITY },
  }
}
