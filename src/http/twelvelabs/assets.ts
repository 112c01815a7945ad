import { EmbedlineError } from '../../domain/errors.ts'
import { inLimit } from '../../domain/limitFacts.ts'
import type { Asset, UserMetadata } from '../../domain/task.ts'
import type { ReceivedBytes } from '../../objects/objects.ts'
import {
  createAsset as keepAsset,
  deleteAsset as removeAsset,
  getAsset,
  listAssets as readAssets,
} from '../../tasks/assets.ts'
import { sideCarWarnings } from '../../tasks/transcript/sideCarWarnings.ts'
import { changeUserMetadata } from '../../tasks/userMetadata.ts'
import { originOf } from '../origin.ts'
import { readBody } from '../requestBody.ts'
import { withAssetForm, type AssetForm } from './assetForm.ts'
import { parse } from './parse.ts'
import { parseJson } from '../json/parseJson.ts'
import { inFieldsOf } from './errors.ts'
import { presentAsset, presentAssetDetail, presentPage, presentWarnings } from './present.ts'
import { pathId, type Call, type Handler } from './route.ts'

/** `POST /assets`: a file is stored when this is answered, and looked at afterwards; a URL is checked, and fetched then. */
export const createAsset: Handler = (call) =>
  withAssetForm(call.parts, call.request.raw, async (form) => {
    const order = readOrder(call, form)
    const asset = await keepAsset(call.parts, call.account, order)
    call.reply.code(201)
    return presentAsset(asset)
  })

type AssetOrder = Parameters<typeof keepAsset>[2]

function readOrder({ schemas, parts }: Call, { fields, file }: AssetForm): AssetOrder {
  const form = parse(schemas.createAsset, fields)
  const source = form.method === 'url' ? fromUrl(form, file) : fromFile(form, file)
  const filename = form.filename ?? (file?.filename || undefined)
  if (Array.from(filename ?? '').length > parts.limits.filenameCharacters)
    throw new EmbedlineError(
      'request_invalid',
      `The name of the file has more than ${parts.limits.filenameCharacters} characters${inLimit('filenameCharacters')}.`,
      { field: 'filename' },
    )
  return {
    ...source,
    ...(filename !== undefined && { filename }),
    ...(form.user_metadata !== undefined && { userMetadata: readMetadata(schemas, form.user_metadata) }),
    wantsThumbnail: form.enable_thumbnail === 'true',
  }
}

type Source = Pick<AssetForm, 'file'>['file']

function fromUrl({ url }: { url?: string | undefined }, file: Source): { url: string } {
  if (file) throw new EmbedlineError('request_invalid', '`method` is `url`.', { field: 'file' })
  if (url === undefined) throw new EmbedlineError('parameter_missing', '', { field: 'url' })
  return { url }
}

function fromFile({ url }: { url?: string | undefined }, file: Source): { received: ReceivedBytes } {
  if (url !== undefined)
    throw new EmbedlineError('request_invalid', '`method` is `direct`.', { field: 'url' })
  if (!file) throw new EmbedlineError('parameter_missing', '', { field: 'file' })
  return { received: file.received }
}

function readMetadata(schemas: Call['schemas'], text: string): UserMetadata {
  const field = 'user_metadata'
  try {
    return parse(schemas.userMetadata, JSON.parse(text))
  } catch (cause) {
    const message = 'It must be a JSON object whose values are strings, numbers and booleans.'
    throw new EmbedlineError('request_invalid', message, { field, cause })
  }
}

/** `GET /assets/{id}`. */
export const retrieveAsset: Handler = async ({ parts, account, request }) => {
  const id = pathId(request)
  const asset = await getAsset(parts, account.id, id)
  if (!asset) throw unknownAsset(id)
  const warnings = await sideCarWarnings(parts, asset)
  return { ...presentAssetDetail(asset, originOf(request)), ...presentWarnings(warnings) }
}

const MIME_TYPES: Readonly<Record<string, readonly string[]>> = {
  image: ['image/'],
  video: ['video/'],
  audio: ['audio/'],
  document: ['application/pdf', 'text/plain', 'text/markdown'],
}

/** `GET /assets`: newest first, a page past the end is empty. */
export const listAssets: Handler = async ({ parts, schemas, account, request }) => {
  const query = parse(schemas.listAssets, request.query)
  const page = await readAssets(parts, account.id, {
    ...(query.asset_ids && { ids: query.asset_ids }),
    ...(query.asset_types && { mimeTypes: query.asset_types.flatMap((type) => MIME_TYPES[type] ?? []) }),
    ...(query.filename !== undefined && { filename: query.filename }),
    page: query.page,
    pageSize: query.page_limit,
  })
  return presentPage<Asset, object>(page, query, (asset) => presentAssetDetail(asset, originOf(request)))
}

/**
 * `DELETE /assets/{id}`. Tasks that are under way keep what they need of it, so that nothing here stands against it, and
 * `force` changes nothing.
 */
export const deleteAsset: Handler = async ({ parts, schemas, account, request, reply }) => {
  parse(schemas.deleteAsset, request.query)
  const id = pathId(request)
  if (!(await removeAsset(parts, account.id, id))) throw unknownAsset(id)
  reply.code(204)
}

type Changed = Record<string, UserMetadata[string] | null>

/** `PATCH /assets/{id}/user-metadata`: null takes a key away, an empty string leaves it as it is. */
export const mergeUserMetadata: Handler = (call) =>
  changeMetadata(call, (changed) => (before) => withValues({ ...before, ...withoutEmpty(changed) }))

/** `PUT /assets/{id}/user-metadata`: what is null or an empty string is not kept. */
export const replaceUserMetadata: Handler = (call) =>
  changeMetadata(call, (changed) => () => withValues(withoutEmpty(changed)))

/** `DELETE /assets/{id}/user-metadata`. */
export const removeUserMetadata: Handler = (call) => keepMetadata(call, () => ({}))

async function changeMetadata(
  call: Call,
  changeTo: (changed: Changed) => (before: UserMetadata) => UserMetadata,
): Promise<void> {
  const { parts, schemas, request } = call
  // Names and values may be escaped, which makes them longer.
  const body = await readBody(request.raw, {
    name: 'userMetadataBytes',
    bytes: 2 * parts.limits.userMetadataBytes,
  })
  const { user_metadata: changed } = parse(schemas.changeUserMetadata, parseJson(body))
  await keepMetadata(call, changeTo(changed))
}

async function keepMetadata(
  { parts, account, request, reply }: Call,
  change: (before: UserMetadata) => UserMetadata,
): Promise<void> {
  const id = pathId(request)
  const isThere = await inFieldsOf('', () => changeUserMetadata(parts, account.id, { id, change }))
  if (!isThere) throw unknownAsset(id)
  reply.code(204)
}

const withoutEmpty = (metadata: Changed): Changed =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))

const withValues = (metadata: Changed): UserMetadata =>
  Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  )

const unknownAsset = (id: string) =>
  new EmbedlineError('not_found', `Resource with id ${id} does not exist in assets.`)
