/** What every input of a command is embedded with. */
export interface EmbedOptions {
  model: string
  options?: readonly string[]
  scopes?: readonly string[]
  /** Of clips of the same length. */
  clipSec?: number
}

const TEXTS = ['text/plain', 'text/markdown']

type Kind = 'video' | 'audio' | 'image' | 'document'

/** What a file of this type is embedded as; undefined: it is nothing that can be. */
function kindOf(fileType: string): Kind | undefined {
  if (fileType === 'application/pdf' || TEXTS.includes(fileType)) return 'document'
  const [kind] = fileType.split('/')
  return kind === 'video' || kind === 'audio' || kind === 'image' ? kind : undefined
}

/** The body of `POST /v1.3/embed-v2/tasks` for an asset; undefined: nothing can be embedded of a file of its type. */
export function orderFor(assetId: string, fileType: string, wanted: EmbedOptions): object | undefined {
  const kind = kindOf(fileType)
  if (kind === undefined) return undefined
  const { model, options, scopes, clipSec } = wanted
  const isClipped = kind === 'video' || kind === 'audio'
  const fixed = { strategy: 'fixed', fixed: { duration_sec: clipSec } }
  const media = {
    media_source: { asset_id: assetId },
    ...(isClipped && options && { embedding_option: options }),
    ...(isClipped && scopes && { embedding_scope: scopes }),
    ...(isClipped && clipSec !== undefined && { segmentation: { temporal: fixed } }),
  }
  return { input_type: kind, model_name: model, [kind]: media }
}
