import { EmbedlineError } from '../../domain/errors.ts'
import type { Command, Output } from '../command.ts'
import { EXIT } from '../exit.ts'
import { progressBar } from '../progressBar.ts'
import { findServer, SERVER_FLAGS, type ServerCalls } from '../serverCalls.ts'
import { type LocalFile, localFiles } from '../localFiles.ts'
import { bucketOf, objectPath } from './paths.ts'

// The server waits for its disk after each file; a few at once share that wait.
const AT_ONCE = 4
const SHOWN_REFUSALS = 20

interface Refused {
  path: string
  key: string
  message: string
}

export const put: Command = {
  usage: 'buckets put <bucket> <file|folder>… [flags]',
  description:
    'Uploads files, and all files below folders, as objects of a bucket. The key of a file is its name, or its path\n' +
    'below the folder. An object of the same key is replaced. Ends with 1 when a file was refused; the others are there.',
  flags: [
    { name: 'prefix', placeholder: 'text', meaning: 'Stands before each key: `2026/`.' },
    ...SERVER_FLAGS,
  ],
  operandLimit: Number.POSITIVE_INFINITY,
  async run({ values, switches, operands }, output) {
    const bucket = bucketOf(operands)
    if (operands.length < 2) throw new EmbedlineError('request_invalid', 'which files or folders?')
    const server = await findServer({ values })
    const files = await localFiles(operands.slice(1), values.get('prefix') ?? '')
    const bar = switches.has('json') ? undefined : progressBar(output)
    const refused = await upload(server, bucket, files, (done) => bar?.show('uploading', done / files.length))
    const count = files.length - refused.length
    if (switches.has('json'))
      output.write(`${JSON.stringify({ bucket, uploaded: count, refused }, undefined, 2)}\n`)
    else {
      bar?.done(`${bucket}: ${count} of ${files.length} files uploaded`)
      printRefused(refused, output)
    }
    return refused.length > 0 ? EXIT.failed : EXIT.done
  },
}

/** Uploads all files and returns those that the server did not take. Throws when no file can be taken. */
async function upload(
  server: ServerCalls,
  bucket: string,
  files: readonly LocalFile[],
  onDone: (count: number) => void,
): Promise<Refused[]> {
  const refused: Refused[] = []
  const waiting = files.values()
  let done = 0
  const uploadNext = async () => {
    for (const file of waiting) {
      const message = await whyRefused(putFile(server, bucket, file))
      if (message !== undefined) refused.push({ path: file.path, key: file.key, message })
      onDone(++done)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, uploadNext))
  return refused.toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

const putFile = (server: ServerCalls, bucket: string, { path, key }: LocalFile): Promise<unknown> =>
  server.call('PUT', objectPath(bucket, key), { file: { path } })

// What is wrong with one file is no reason to leave out the others; a wrong key or a server that is gone is.
const ABOUT_ONE_FILE: readonly string[] = ['request_invalid', 'too_large']

async function whyRefused(upload: Promise<unknown>): Promise<string | undefined> {
  try {
    await upload
    return undefined
  } catch (error) {
    if (error instanceof EmbedlineError && ABOUT_ONE_FILE.includes(error.code)) return error.message
    throw error
  }
}

function printRefused(refused: readonly Refused[], output: Output): void {
  for (const { path, message } of refused.slice(0, SHOWN_REFUSALS)) output.write(`   ${path}: ${message}\n`)
  const rest = refused.length - SHOWN_REFUSALS
  if (rest > 0) output.write(`   … and ${rest} more (--json shows all)\n`)
}
