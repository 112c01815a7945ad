// Reads, extracts, cuts and embeds the first files of a folder (`0.txt`, `1.txt`, …) one after the other, and prints how
// many a second that were.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunkText } from '../../src/documents/chunkText.ts'
import { readDocument } from '../../src/documents/readDocument.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import { openBuiltin } from '../../src/models/builtin/model.ts'

const WARM_UP_FILES = 500

const [folder = '', count = '0'] = process.argv.slice(2)
const limits = limitsNamed('ours')
const { signal } = new AbortController()
const model = openBuiltin()
await embedFiles(WARM_UP_FILES)
const startMs = performance.now()
await embedFiles(Number(count))
process.stdout.write(String(Number(count) / ((performance.now() - startMs) / 1000)))
await model.close()

async function embedFiles(most: number): Promise<void> {
  for (let at = 0; at < most; at++) {
    const file = join(folder, `${at}.txt`)
    createHash('md5')
      .update(await readFile(file))
      .digest('hex')
    const pieces = readDocument(file, `${at}.txt`, { loader: 'default', limits, signal })
    const texts: string[] = []
    const settings = { sizeCharacters: 1024, overlapCharacters: 512 }
    for await (const { text } of chunkText(pieces, settings)) texts.push(text)
    await model.text(texts, 'document')
  }
}
