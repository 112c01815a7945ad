import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { graphFile, SESSIONS, samePrecision, type Session } from '../../src/domain/precision.ts'
import { catalogued } from '../../src/modelFiles/catalogue.ts'
import { versionKey, writePins } from '../../src/modelFiles/lockFile.ts'
import { modelFolder } from '../../src/modelFiles/places.ts'
import {
  HIDDEN,
  type Layers,
  type Tools,
  writeAudioEncoder,
  writeTextModel,
  writeVisionEncoder,
} from './graphs.ts'
import { openOnnxFile, type OnnxFile } from './onnxFile.ts'
import { fillVocabulary } from './vocabulary.ts'

const FIXTURE = fileURLToPath(new URL('../../test/fixtures/tiny-embeddinggemma2', import.meta.url))
const { id, commit, repository } = catalogued('embeddinggemma-2')

export interface MadeModel {
  /** Where its files lie. */
  place: string
  sizeBytes: number
  bytesOf: (session: Session) => number
}

/** Writes a model of the real widths with seeded random weights into a models folder, as `models pull` would leave it. */
export async function makeModel(
  folder: string,
  layers: Layers,
  precision: Tools['precision'],
): Promise<MadeModel> {
  const place = modelFolder(folder, { id, commit })
  await mkdir(join(place, 'onnx'), { recursive: true })
  await cp(FIXTURE, place, { recursive: true, filter: (path) => !/\.(mjs|onnx|onnx_data)$/.test(path) })
  const config = await changeJson<Config>(join(place, 'config.json'), (content) => {
    content.text_config.hidden_size = HIDDEN
  })
  await changeJson(join(place, 'tokenizer.json'), fillVocabulary)
  const write = async (session: Session, fill: (tools: Tools) => Promise<void>) => {
    const path = join(place, graphFile(session, precision).replace(/\.onnx$/, ''))
    const file: OnnxFile = openOnnxFile(path)
    await fill({ file, precision })
    await file.close()
  }
  const { image_token_id: image, video_token_id: video, audio_token_id: audio } = config
  await write('model', (tools) => writeTextModel(tools, layers.text, { image, video, audio }))
  await write('vision_encoder', (tools) => writeVisionEncoder(tools, layers.vision))
  await write('audio_encoder', (tools) => writeAudioEncoder(tools, layers.audio))
  const sizes = await pinFiles(folder, place)
  const bytesOf = (session: Session) => {
    const graph = graphFile(session, samePrecision(precision)[session])
    return (sizes.get(graph) ?? 0) + (sizes.get(`${graph}_data`) ?? 0)
  }
  const media = SESSIONS.reduce((sum, session) => sum + bytesOf(session), 0)
  return { place, sizeBytes: media + (sizes.get('tokenizer.json') ?? 0), bytesOf }
}

interface Config {
  text_config: { hidden_size: number }
  image_token_id: number
  video_token_id: number
  audio_token_id: number
}

async function changeJson<Content>(path: string, change: (content: Content) => void): Promise<Content> {
  const content = JSON.parse(await readFile(path, 'utf8')) as Content
  change(content)
  await writeFile(path, JSON.stringify(content))
  return content
}

/** The sizes of all files by name, after the lock file has been written. */
async function pinFiles(folder: string, place: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>()
  const files: Record<string, { sizeBytes: number; sha256: string; origin: string }> = {}
  for (const entry of await readdir(place, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    const { size: sizeBytes } = await stat(path)
    const name = path.slice(place.length + 1)
    files[name] = { sizeBytes, sha256: hash.digest('hex'), origin: 'folder' }
    sizes.set(name, sizeBytes)
  }
  await writePins(folder, { [versionKey({ id, commit })]: { repository, files } })
  return sizes
}
