// Reads every file of a folder and cuts it into chunks; says of each, on a line, what came of it.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkText } from '../../src/documents/chunkText.ts'
import { readDocument } from '../../src/documents/readDocument.ts'
import { EmbedlineError } from '../../src/domain/errors.ts'
import { limitsNamed } from '../../src/domain/limits.ts'

const [folder = ''] = process.argv.slice(2)
for (const name of await readdir(folder)) process.stdout.write(`${name}\t${await outcomeOf(name)}\n`)

async function outcomeOf(name: string): Promise<string> {
  try {
    const pieces = readDocument(join(folder, name), name, { loader: 'default', limits: limitsNamed('ours') })
    let count = 0
    for await (const { text } of chunkText(pieces, { sizeCharacters: 1024, overlapCharacters: 512 }))
      count += text === '' ? 0 : 1
    return `${count} chunks`
  } catch (failure) {
    return failure instanceof EmbedlineError ? failure.code : `a bug: ${String((failure as Error).stack)}`
  }
}
