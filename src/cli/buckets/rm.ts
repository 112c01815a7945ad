import { EmbedlineError } from '../../domain/errors.ts'
import type { Command } from '../command.ts'
import { EXIT } from '../exit.ts'
import { findServer, SERVER_FLAGS } from '../serverCalls.ts'
import { bucketOf, embeddedPath, objectPath } from './paths.ts'

export const rm: Command = {
  usage: 'buckets rm <bucket> <key>… [flags]',
  description:
    'Removes objects of a bucket. What is embedded of them goes when the bucket is embedded the next time; with\n' +
    '--embedding all that is embedded of the bucket goes instead, at once, and its objects stay.',
  flags: [
    { name: 'embedding', meaning: 'Removes what is embedded of the bucket, and no object.' },
    ...SERVER_FLAGS,
  ],
  operandLimit: Number.POSITIVE_INFINITY,
  async run({ values, switches, operands }, output) {
    const bucket = bucketOf(operands)
    const keys = operands.slice(1)
    if (switches.has('embedding') === keys.length > 0)
      throw new EmbedlineError('request_invalid', 'name the keys of objects, or give --embedding')
    const paths = switches.has('embedding')
      ? [embeddedPath(bucket)]
      : keys.map((key) => objectPath(bucket, key))
    const server = await findServer({ values })
    for (const path of paths) await server.call('DELETE', path)
    const removed = switches.has('embedding') ? { bucket, embedding: true } : { bucket, keys }
    output.write(
      switches.has('json')
        ? `${JSON.stringify({ removed }, undefined, 2)}\n`
        : `removed ${switches.has('embedding') ? `the embedding of ${bucket}` : `${keys.join(', ')} of ${bucket}`}\n`,
    )
    return EXIT.done
  },
}
