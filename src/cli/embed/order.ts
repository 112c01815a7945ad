import { EmbedlineError } from '../../domain/errors.ts'
import type { CommandLine, Flag } from '../command.ts'
import { wholeNumber } from '../wholeNumber.ts'

const OPTIONS = ['visual', 'audio', 'transcription', 'fused', 'text'] as const
const SCOPES = ['clip', 'page', 'chunk', 'asset'] as const
const DEFAULT_SENTENCES = 5

export type Option = (typeof OPTIONS)[number]
export type Scope = (typeof SCOPES)[number]

export const ORDER_FLAGS: readonly Flag[] = [
  { name: 'model', placeholder: 'name', meaning: "Model to embed with [default: the server's]." },
  {
    name: 'option',
    placeholder: 'words',
    meaning: `Only these vectors: ${OPTIONS.join(', ')} [default: what the file has, without fused].`,
  },
  {
    name: 'scope',
    placeholder: 'words',
    meaning: `Vectors of these: ${SCOPES.join(', ')} [default: clips, pages, whole pictures and texts].`,
  },
  { name: 'clip-sec', placeholder: 'seconds', meaning: 'Cuts video and sound into clips of this length.' },
  {
    name: 'sentences',
    placeholder: 'count',
    meaning: `Of each chunk of a text, with --scope chunk [default ${DEFAULT_SENTENCES}].`,
  },
]

/** What every input of a command is embedded with. */
export interface EmbedOptions {
  model?: string
  options?: readonly Option[]
  scopes?: readonly Scope[]
  /** Of clips of the same length. */
  clipSec?: number
  sentences: number
}

/** Throws `request_invalid` for a word or a number that means nothing. */
export function embedOptions({ values }: Pick<CommandLine, 'values'>): EmbedOptions {
  const model = values.get('model')
  const options = wordsOf('option', values.get('option'), OPTIONS)
  const scopes = wordsOf('scope', values.get('scope'), SCOPES)
  const clipSec = values.get('clip-sec')
  const sentences = values.get('sentences')
  return {
    ...(model !== undefined && { model }),
    ...(options && { options }),
    ...(scopes && { scopes }),
    ...(clipSec !== undefined && { clipSec: wholeNumber('clip-sec', clipSec, 1, 999_999) }),
    sentences: sentences === undefined ? DEFAULT_SENTENCES : wholeNumber('sentences', sentences, 1, 999_999),
  }
}

function wordsOf<Word extends string>(
  flag: string,
  text: string | undefined,
  known: readonly Word[],
): Word[] | undefined {
  if (text === undefined) return undefined
  return text.split(',').map((part) => {
    const word = known.find((each) => each === part.trim())
    if (word !== undefined) return word
    throw new EmbedlineError('request_invalid', `--${flag}: "${part}" is none of ${known.join(', ')}`)
  })
}

type Kind = 'video' | 'audio' | 'image' | 'pdf' | 'text'

/** What can be had of each kind. */
const OFFERED: Readonly<
  Record<Kind, { called: string; options: readonly Option[]; scopes: readonly Scope[] }>
> = {
  video: {
    called: 'a video',
    options: ['visual', 'audio', 'transcription', 'fused'],
    scopes: ['clip', 'asset'],
  },
  audio: { called: 'a sound', options: ['audio', 'transcription', 'fused'], scopes: ['clip', 'asset'] },
  image: { called: 'a picture', options: ['visual'], scopes: ['asset'] },
  pdf: { called: 'a PDF', options: ['visual', 'text'], scopes: ['page', 'asset'] },
  text: { called: 'a text', options: ['text'], scopes: ['chunk', 'asset'] },
}

function kindOf(fileType: string): Kind | undefined {
  if (fileType === 'application/pdf') return 'pdf'
  if (fileType === 'text/plain' || fileType === 'text/markdown') return 'text'
  const [kind] = fileType.split('/')
  return kind === 'video' || kind === 'audio' || kind === 'image' ? kind : undefined
}

/** An entry of `POST /api/tasks/batch`, or why nothing of the file is asked for. */
export function entryFor(
  { id, fileType }: { id: string; fileType: string },
  wanted: EmbedOptions,
): { entry: object } | { skipped: string } {
  const kind = kindOf(fileType)
  if (kind === undefined) return { skipped: `nothing is embedded of ${fileType}` }
  const { called, options: offered, scopes: divisions } = OFFERED[kind]
  const options = wanted.options?.filter((word) => offered.includes(word))
  const scopes = wanted.scopes?.filter((word) => divisions.includes(word))
  if (options?.length === 0) return { skipped: `${called} has none of the vectors that --option names` }
  if (scopes?.length === 0) return { skipped: `${called} has none of what --scope names` }
  const common = {
    source: { asset_id: id },
    ...(wanted.model !== undefined && { model: wanted.model }),
  }
  if (kind === 'image') return { entry: { input: 'image', ...common } }
  const entry =
    kind === 'pdf' || kind === 'text'
      ? documentEntry(options, scopes, wanted)
      : { input: kind, ...clipsEntry(options, scopes, wanted) }
  return { entry: { ...entry, ...common } }
}

function documentEntry(
  options: readonly Option[] | undefined,
  scopes: readonly Scope[] | undefined,
  { sentences }: EmbedOptions,
): object {
  return {
    input: 'document',
    ...(options && { modalities: options }),
    ...(scopes && { scopes: scopes.map((scope) => (scope === 'asset' ? 'asset' : 'part')) }),
    ...(scopes?.includes('chunk') && { chunks: { sentences } }),
  }
}

function clipsEntry(
  options: readonly Option[] | undefined,
  scopes: readonly Scope[] | undefined,
  { clipSec }: EmbedOptions,
): object {
  const modalities = options?.filter((word) => word !== 'fused')
  return {
    ...(modalities && modalities.length > 0 && { modalities }),
    ...(options && { separate: modalities?.length !== 0, fused: options.includes('fused') }),
    ...(scopes && { scopes }),
    ...(clipSec !== undefined && { segmentation: { strategy: 'fixed', duration_sec: clipSec } }),
  }
}
