import { resolve } from 'node:path'
import { EmbedlineError } from '../domain/errors.ts'

const ACCOUNT = '{account}'
const SCHEME = /^file:(?:\/\/)?(?=.)/

/** The folder in which an account's buckets lie. */
export type RootOf = (account: string) => string

/**
 * Reads the URL of a folder, `file:/srv/{account}`: every account has the folder of its own name; without `{account}`
 * all share one. In a name, what would not be a plain part of a path is percent-encoded. Throws `request_invalid`.
 */
export function rootTemplate(url: string): RootOf {
  if (!SCHEME.test(url))
    throw new EmbedlineError('request_invalid', `The buckets' URL ${url} is not file: and a folder.`)
  const path = resolve(decoded(url.replace(SCHEME, '')))
  return (account) => path.replaceAll(ACCOUNT, () => asPathPart(account))
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new EmbedlineError('request_invalid', `The buckets' URL has a % that encodes nothing: ${path}`, {
      cause,
    })
  }
}

// No two names give the same part, because the percent sign is encoded too.
function asPathPart(account: string): string {
  if (account === '') return '%'
  if (/^\.+$/.test(account)) return account.replaceAll('.', '%2E')
  return encodeURIComponent(account.toWellFormed())
}
