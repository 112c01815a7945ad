// Loads the model of a folder, step by step, and prints what each step added to the memory of this process, as JSON.
import { readFileSync } from 'node:fs'
import { loadLibrary } from '../../src/models/embeddinggemma/library.ts'
import { openGemma } from '../../src/models/embeddinggemma/model.ts'
import type { GemmaSettings } from '../../src/models/embeddinggemma/settings.ts'

/** Bytes. `own` is what was allocated, without mapped files. */
export interface Memory {
  resident: number
  own: number
  peak: number
}

function memory(): Memory {
  globalThis.gc?.()
  const status = readFileSync('/proc/self/status', 'utf8')
  const bytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) * 1024
  return { resident: bytes('VmRSS'), own: bytes('RssAnon'), peak: bytes('VmHWM') }
}

const [settings = '', place = ''] = process.argv.slice(2)
const start = memory()
await loadLibrary()
const withLibraries = memory()
const beganMs = performance.now()
const model = await openGemma(JSON.parse(settings) as GemmaSettings, place, () => {})
const textMs = performance.now() - beganMs
const withText = memory()
const size = model.facts.input?.pictureSize({ width: 1, height: 1 }) ?? { width: 48, height: 48 }
// The smallest inputs that open the encoders.
await model.image({ ...size, rgb: new Uint8Array(size.width * size.height * 3) })
await model.audio(new Float32Array(1600))
const withEncoders = memory()
process.stdout.write(JSON.stringify({ start, withLibraries, withText, withEncoders, textMs }))
await model.close()
