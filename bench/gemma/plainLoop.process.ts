// The same model called without any of our code around it, one input after the other: transformers.js on sessions with
// the same options, sharp for pictures, our decoders for videos. Told by messages what to do.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import sharp from 'sharp'
import {
  AutoConfig,
  AutoProcessor,
  EmbeddingGemma2Model,
  type EmbeddingGemma2Processor,
  env,
  RawImage,
  RawVideo,
} from '@huggingface/transformers'
import type * as Runtime from 'onnxruntime-node'
import { graphFile, SESSIONS } from '../../src/domain/precision.ts'
import { limitsNamed } from '../../src/domain/limits.ts'
import type { Size } from '../../src/domain/model.ts'
import { clipFrameTimesMs } from '../../src/media/frameGrid.ts'
import { readFrames } from '../../src/media/frames.ts'
import { inspect } from '../../src/media/inspect.ts'
import { readSound } from '../../src/media/sound.ts'
import { findTools } from '../../src/media/tools.ts'
import { gemmaFacts } from '../../src/models/embeddinggemma/facts.ts'
import type { GemmaSettings } from '../../src/models/embeddinggemma/settings.ts'
import { type BenchInputs, CLIP_SEC } from './inputs.ts'

export type Kind = keyof BenchInputs

export interface Took {
  tookMs: number
  /** Of the process alone, without those that it started. */
  processorMs: number
}

const [settingsText = '', place = '', inputsText = ''] = process.argv.slice(2)
const settings = JSON.parse(settingsText) as GemmaSettings
const inputs = JSON.parse(inputsText) as BenchInputs
const facts = gemmaFacts(settings).input
if (!facts) throw new Error('the model has no media')
env.allowRemoteModels = false
const requireThere = createRequire(import.meta.resolve('@huggingface/transformers'))
const { InferenceSession } = requireThere('onnxruntime-node') as typeof Runtime
const sessions = await Promise.all(
  SESSIONS.map(async (session) => [
    session,
    await InferenceSession.create(join(place, graphFile(session, settings.precisions[session])), {
      intraOpNumThreads: settings.threads,
      enableCpuMemArena: false,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    }),
  ]),
)
const config = await AutoConfig.from_pretrained(place)
const model = new EmbeddingGemma2Model(config, Object.fromEntries(sessions), {})
const processor = (await AutoProcessor.from_pretrained(place)) as EmbeddingGemma2Processor
Object.assign(processor.image_processor as object, {
  max_soft_tokens: settings.imageTokens,
  do_resize: false,
})
Object.assign(processor.video_processor.frame_processor, {
  max_soft_tokens: settings.frameTokens,
  do_resize: false,
})

const raw = (rgb: Uint8Array, { width, height }: Size) =>
  new RawImage(new Uint8ClampedArray(rgb.buffer, rgb.byteOffset, rgb.length), width, height, 3)
const embed = async (...parts: unknown[]) => model(await processor(...parts))

const WORK: Readonly<Record<Kind, () => Promise<void>>> = {
  async texts() {
    for (const text of inputs.texts) await embed(`title: none | text: ${text}`)
  },
  async pictures() {
    for (const file of inputs.pictures) {
      const size = facts.pictureSize(await sharp(file).metadata())
      const rgb = await sharp(file)
        .resize(size.width, size.height, { fit: 'fill', kernel: 'cubic' })
        .removeAlpha()
        .raw()
        .toBuffer()
      await embed(null, raw(rgb, size))
    }
  },
  async video() {
    const [tools, options] = [findTools(), { limits: limitsNamed('ours') }]
    const media = await inspect(tools, inputs.video, options)
    const size = facts.frameSize(media.video ?? { width: 1, height: 1 })
    const whole = { startMs: 0, endMs: Math.round((media.durationSec ?? 0) * 1000) }
    const frames = new Map<number, RawImage>()
    for await (const { timeMs, rgb } of readFrames(tools, inputs.video, media, whole, size, options))
      frames.set(timeMs, raw(rgb, size))
    const { samples } = await readSound(tools, inputs.video, media, whole, facts.sampleRateHz, options)
    for (let startMs = 0; startMs < whole.endMs; startMs += CLIP_SEC * 1000) {
      const clip = { startMs, endMs: startMs + CLIP_SEC * 1000 }
      const shown = clipFrameTimesMs(clip, facts.framesOf(CLIP_SEC)).flatMap(
        (timeMs) => frames.get(timeMs) ?? [],
      )
      await embed(null, null, null, new RawVideo(shown, CLIP_SEC))
      const at = (timeMs: number) => (timeMs / 1000) * facts.sampleRateHz
      await embed(null, null, samples.slice(at(clip.startMs), at(clip.endMs)))
    }
  },
}

process.on('message', (kind: Kind) => {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()]
  void WORK[kind]().then(() => {
    const { user, system } = process.cpuUsage(cpu)
    process.send?.({
      tookMs: performance.now() - startMs,
      processorMs: (user + system) / 1000,
    } satisfies Took)
  })
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
