import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readConfig } from '../../config.ts'
import { EmbedlineError } from '../../domain/errors.ts'
import type { S3Settings } from '../../objects/s3/settings.ts'
import { parseDatabaseUrl, parseStorageUrl } from '../../settingValues.ts'

/** What is moved to where. */
export interface MoveOrder {
  file: string
  /** Absent: only bytes are moved. */
  url?: string
  /** Folders that a server may hold which uses the database. */
  heldFolders: string[]
  bytes?: { folder: string; s3: S3Settings }
}

/**
 * Reads what is moved from the flags and, where these say nothing, from the settings: a database of PostgreSQL and a
 * bucket of S3 in them are what it is moved to. Throws `request_invalid`.
 */
export function readOrder(values: ReadonlyMap<string, string>): MoveOrder {
  const read = <Value>(flag: string, parse: (text: string) => Value): Value | undefined => {
    const text = values.get(flag)
    if (text === undefined) return undefined
    try {
      return parse(text)
    } catch (error) {
      throw error instanceof EmbedlineError
        ? new EmbedlineError('request_invalid', `--${flag}: ${error.message}`)
        : error
    }
  }
  const from = read('from', parseDatabaseUrl)
  const to = read('to', parseDatabaseUrl)
  const storageFrom = read('storage-from', parseStorageUrl)
  const storageTo = read('storage-to', parseStorageUrl)
  const config = readConfig({
    flags: new Map([
      ...values,
      ...(storageTo ? [['storage-url', values.get('storage-to') ?? ''] as const] : []),
    ]),
  })
  if (from && 'url' in from) throw wrong('from', 'is a database of SQLite, as in sqlite:data/embedline.db')
  if (to && 'file' in to) throw wrong('to', 'is a database of PostgreSQL, as in postgres://host/embedline')
  if (storageTo && 'folder' in storageTo)
    throw wrong('storage-to', 'is a bucket of S3, as in s3://bucket/prefix')
  if (storageFrom && 'bucket' in storageFrom)
    throw wrong('storage-from', 'is a folder, as in file:data/objects')
  const ofSettings = 'url' in config.database ? config.database.url : undefined
  const url = to?.url ?? ofSettings
  const file = from ? resolve(from.file) : fileOf(config)
  if (url === undefined && !config.s3)
    throw new EmbedlineError(
      'request_invalid',
      'where to? --to (or EMBEDLINE_DATABASE_URL) names a database of PostgreSQL, --storage-to (or EMBEDLINE_STORAGE_URL) a bucket of S3',
    )
  const folder = storageFrom ? resolve(storageFrom.folder) : join(dirname(file), 'objects')
  return {
    file,
    ...(url !== undefined && { url }),
    heldFolders: [...new Set([dirname(file), config.dataFolder])].filter((each) =>
      existsSync(join(each, 'lock.db')),
    ),
    ...(config.s3 && { bytes: { folder, s3: config.s3 } }),
  }
}

const fileOf = ({ database, dataFolder }: Pick<ReturnType<typeof readConfig>, 'database' | 'dataFolder'>) =>
  'file' in database ? database.file : join(dataFolder, 'embedline.db')

const wrong = (flag: string, expected: string) =>
  new EmbedlineError('request_invalid', `--${flag} ${expected}`)
