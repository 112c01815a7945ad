import { basename, dirname, extname, join } from 'node:path'
import { EmbedlineError } from '../../domain/errors.ts'
import { localFiles } from '../localFiles.ts'

/** What is embedded: a file of this machine, or an address from which the server fetches it. */
export interface Input {
  /** As it stands in the rows of the result: the path as it was given, or the address. */
  source: string
  path?: string
  /** Subtitles that were named too and lie beside it: `talk.srt` or `talk.de.srt` of `talk.mp4`. */
  subtitles: readonly Subtitles[]
}

export interface Subtitles {
  path: string
  language?: string
}

const isUrl = (operand: string): boolean => /^https?:\/\//i.test(operand)

/**
 * The addresses, the files, and all files below the folders, in the order in which they were named, each once. Throws
 * `request_invalid` for a path that is not there, and when there is nothing.
 */
export async function inputsOf(operands: readonly string[]): Promise<Input[]> {
  const named = await Promise.all(
    operands.map(async (operand) =>
      isUrl(operand) ? [operand] : (await localFiles([operand], '')).map(({ path }) => path),
    ),
  )
  const sources = [...new Set(named.flat())]
  const files = sources.filter((source) => !isUrl(source))
  const subtitlesOf = subtitlesAmong(files)
  const used = new Set([...subtitlesOf.values()].flat().map(({ path }) => path))
  const inputs = sources
    .filter((source) => !used.has(source))
    .map((source) => ({
      source,
      ...(!isUrl(source) && { path: source }),
      subtitles: subtitlesOf.get(source) ?? [],
    }))
  if (inputs.length === 0) throw new EmbedlineError('request_invalid', 'there is no file to embed')
  return inputs
}

const isSubtitles = (path: string): boolean => ['.srt', '.vtt'].includes(extname(path).toLowerCase())

const stemOf = (path: string): string => join(dirname(path), basename(path, extname(path)))

/** By the files beside which they lie. */
function subtitlesAmong(files: readonly string[]): Map<string, Subtitles[]> {
  const mediaOfStem = Map.groupBy(
    files.filter((path) => !isSubtitles(path)),
    stemOf,
  )
  const found = new Map<string, Subtitles[]>()
  for (const path of files.filter(isSubtitles)) {
    const stem = stemOf(path)
    const language = extname(stem).slice(1)
    const whole = mediaOfStem.get(stem)
    const media = whole ?? (language === '' ? undefined : mediaOfStem.get(stemOf(stem)))
    // Of several files of that name nobody can tell which one is meant.
    const [only] = media ?? []
    if (only === undefined || media?.length !== 1) continue
    const subtitles = { path, ...(whole === undefined && { language }) }
    found.set(only, [...(found.get(only) ?? []), subtitles])
  }
  return found
}
