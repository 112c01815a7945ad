import { isS3Template } from './buckets/s3Names.ts'
import { EmbedlineError } from './domain/errors.ts'
import { WORK_GROUPS, type WorkGroup } from './domain/workGroups.ts'
import { durationMs } from './lib/duration.ts'
import type { StoreLocation } from './store/location.ts'

// How the values of settings are written. What cannot be read is a `request_invalid` that says what was expected.

/** A key as the operator lists it, and whose it is. */
export interface ConfiguredKey {
  key: string
  account: string
}

const expected = (what: string) => new EmbedlineError('request_invalid', `expected ${what}`)

export function nonEmpty(text: string): string {
  if (text === '') throw expected('a value')
  return text
}

export function anyText(text: string): string {
  return text
}

/** Takes what can stand in a header. */
export function printable(what: string): (text: string) => string {
  return (text) => {
    if (!/^[\x21-\x7e]{1,500}$/.test(text)) throw expected(what)
    return text
  }
}

export function parseRemoteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !['http:', 'https:'].includes(url.protocol)) throw expected('a URL such as http://gpu:8080/v1')
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw expected('a URL without a user, a password and a query')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** From how many chunks on, or undefined for `off`. */
export function parseVectorIndex(text: string): number | undefined {
  if (text === 'off') return undefined
  if (!/^[1-9]\d{0,11}$/.test(text)) throw expected('a number of chunks, or off')
  return Number(text)
}

/** The address of a collector, or undefined for `off`. */
export const parseTraces = (text: string): string | undefined =>
  text === 'off' ? undefined : parseRemoteUrl(text)

export function parseHost(text: string): string {
  if (!/^[\w.:%-]+$/.test(text)) throw expected('an address such as 127.0.0.1, ::1 or 0.0.0.0')
  return text
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= least && value <= most)) throw expected(`a whole number from ${least} to ${most}`)
    return value
  }
}

export function parseGroups(text: string): WorkGroup[] {
  const groups = text.split(',').map((word) => WORK_GROUPS.find((group) => group === word.trim()))
  if (!groups.every((group) => group !== undefined))
    throw expected(`some of ${WORK_GROUPS.join(', ')}, with commas`)
  return [...new Set(groups)]
}

export function oneOf<Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((each) => each === text)
    if (word === undefined)
      throw expected(words.length === 1 ? `"${words[0]}"` : `one of ${words.join(', ')}`)
    return word
  }
}

export function oneOfNumbers<Choice extends number>(...choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((each) => String(each) === text)
    if (choice === undefined) throw expected(`one of ${choices.join(', ')}`)
    return choice
  }
}

/** Frames lie half a second apart at least. */
export function parseFrameSeconds(text: string): number {
  const seconds = /^\d{1,2}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN
  if (!(seconds >= 0.5 && seconds <= 60)) throw expected('a number of seconds from 0.5 to 60')
  return seconds
}

export function parseDatabaseUrl(text: string): StoreLocation {
  if (!/^postgres(ql)?:/.test(text)) return { file: pathAfter('sqlite:', text) }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || url.hostname === '' || url.pathname.length < 2)
    throw expected(
      'sqlite:<file>, or a URL such as postgres://user:password@host/database?sslmode=verify-full',
    )
  return { url: text }
}

/** A folder of buckets, or what the names of those in an S3 store begin with. */
export type BucketsPlace = { folder: string } | { template: string }

export function parseBucketsUrl(text: string): BucketsPlace {
  if (!text.startsWith('s3:')) return { folder: pathAfter('file:', text) }
  if (!isS3Template(text))
    throw expected(
      's3: and what the names of buckets begin with, such as s3:{account}- (a dash after {account})',
    )
  return { template: text }
}

/** A folder, or a place in an S3 bucket: below a prefix that is empty or ends in `/`. */
export type StoragePlace = { folder: string } | { bucket: string; prefix: string }

export function parseStorageUrl(text: string): StoragePlace {
  if (!text.startsWith('s3:')) return { folder: pathAfter('file:', text) }
  const [, bucket, path = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[\w.!*'()-]+)*)\/?$/.exec(text) ?? []
  if (bucket === undefined) throw expected('s3://bucket or s3://bucket/prefix, without a user or a password')
  return { bucket, prefix: path === '' ? '' : `${path.slice(1)}/` }
}

/** A name such as `eu-central-1`. */
export function parseRegion(text: string): string {
  if (!/^[a-z0-9-]{1,50}$/.test(text)) throw expected('a region such as eu-central-1')
  return text
}

/** Takes `file:/a`, `file:///a` and `file:a`. */
function pathAfter(scheme: string, text: string): string {
  const path = text.slice(scheme.length).replace(/^\/\/(?=\/)/, '')
  if (!text.startsWith(scheme) || path === '' || path.startsWith('//')) {
    throw expected(`${scheme} and a path, such as ${scheme}/var/lib/embedline/x`)
  }
  return path
}

export function parseDuration(text: string): number {
  const ms = durationMs(text)
  if (ms === undefined) throw expected('a duration such as 30m, 12h or 7d')
  return ms
}

const UNIT_BYTES: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 }

export function parseSize(text: string): number {
  const [, count, unit] = /^(\d{1,6})\s?(MB|GB|MiB|GiB)$/.exec(text) ?? []
  const sizeBytes = Number(count) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN)
  if (!(sizeBytes >= 300e6)) throw expected('a size of at least 300MB, such as 512MB or 4GB')
  return sizeBytes
}

/** A size of any kind, or 0. */
export function parseFloor(text: string): number {
  const [, count, unit] = /^(\d{1,9})\s?(MB|GB|MiB|GiB)$/.exec(text) ?? []
  const sizeBytes = text === '0' ? 0 : Number(count) * (UNIT_BYTES[unit ?? ''] ?? Number.NaN)
  if (!(sizeBytes >= 0)) throw expected('a size such as 500MB or 2GB, or 0')
  return sizeBytes
}

export function parseAliases(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').map((pair) => pair.split('=').map((part) => part.trim()))
  const isPair = ([name = '', model = '', ...rest]: string[]) =>
    name !== '' && model !== '' && rest.length === 0
  if (!pairs.every(isPair)) throw expected('name=model pairs with commas between them')
  return Object.fromEntries(pairs) as Record<string, string>
}

export function parseKeys(text: string): ConfiguredKey[] {
  const keys = text.split(',').map((pair) => {
    const [key = '', account = '', ...rest] = pair.split('=').map((part) => part.trim())
    if (key === '' || account === '' || rest.length > 0) {
      throw expected('key=account pairs with commas between them')
    }
    return { key, account }
  })
  const distinct = new Set(keys.map(({ key }) => key))
  if (distinct.size < keys.length) throw expected('each key only once')
  return keys
}
