import type { IncomingMessage } from 'node:http'
import { mostBytes } from '../../domain/limitFacts.ts'
import type { Limits } from '../../domain/limits.ts'
import type { Objects } from '../../objects/objects.ts'
import { withForm, type Form, type FormFile } from '../multipart/form.ts'

/** A form whose file has gone to a temporary place. */
export interface AssetForm {
  fields: Form['fields']
  /** Absent when there was none. */
  file?: FormFile
}

export interface AssetFormParts {
  objects: Pick<Objects, 'receive'>
  limits: Pick<Limits, 'uploadBytes'>
}

/** Reads the form of an upload; see `withForm`. */
export const withAssetForm = <T>(
  { objects, limits }: AssetFormParts,
  raw: IncomingMessage,
  use: (form: AssetForm) => Promise<T>,
): Promise<T> =>
  withForm(
    objects,
    raw,
    { files: { file: mostBytes(limits, 'uploadBytes') } },
    ({ fields, files: { file } }) => use({ fields, ...(file && { file }) }),
  )
