import { EmbedlineError } from '../domain/errors.ts'
import { PRECISIONS, SESSIONS, type SessionPrecisions } from '../domain/precision.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { graphFile, sessionFiles } from './sessionFiles.ts'

/**
 * Which of the files that a source has are needed. Throws `fetch_not_found` that names those it should have, and the
 * precisions that it has instead.
 */
export function neededFiles(
  entry: CatalogueEntry,
  precisions: SessionPrecisions,
  { names, origin }: { names: Iterable<string>; origin: string },
): string[] {
  const there = new Set(names)
  const missing = [
    ...entry.files.filter((name) => !there.has(name)),
    ...SESSIONS.filter((session) => !there.has(graphFile(session, precisions[session]))).map((session) => {
      const others = PRECISIONS.filter((precision) => there.has(graphFile(session, precision)))
      return `${session} in ${precisions[session]} (it has ${others.join(', ') || 'no precision of it'})`
    }),
  ]
  if (missing.length > 0)
    throw new EmbedlineError(
      'fetch_not_found',
      `${sourceName(entry, origin)} has no ${missing.join(', no ')}.`,
    )
  return [
    ...entry.files,
    ...entry.optionalFiles.filter((name) => there.has(name)),
    ...sessionFiles(precisions, there),
  ]
}

const sourceName = ({ repository, commit }: CatalogueEntry, origin: string): string =>
  origin === 'folder' ? 'That folder' : `${repository} of ${origin} at ${commit.slice(0, 12)}`

/** True when nothing that these precisions cannot do without is missing among the names. */
export function hasAll(
  entry: CatalogueEntry,
  precisions: SessionPrecisions,
  names: Iterable<string>,
): boolean {
  const there = new Set(names)
  return [...entry.files, ...SESSIONS.map((session) => graphFile(session, precisions[session]))].every(
    (name) => there.has(name),
  )
}
