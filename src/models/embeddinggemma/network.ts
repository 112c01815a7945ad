import type { LoadProgress } from '../profile.ts'
import { CONTEXT_TOKENS } from './context.ts'
import { damagedFile } from './damagedFile.ts'
import type { RawImage, RawVideo } from './inputs.ts'
import { makeLean } from './leanTokenizer.ts'
import { loadLibrary, type Library, type Transformers } from './library.ts'
import { makeRunQueue } from './runQueue.ts'
import { lazySession, openSession, type SessionContract, type SessionParts } from './sessions.ts'
import type { GemmaSettings } from './settings.ts'
import { someAtOnce } from './someAtOnce.ts'
import { makeTokens, type Tokens } from './tokens.ts'
import { unitRows } from './unitVectors.ts'

type Tensor = InstanceType<Transformers['Tensor']>
type Processor = InstanceType<Transformers['EmbeddingGemma2Processor']>
/** What goes into the model and what comes out, by the names in its graphs. */
type Tensors = Readonly<Record<string, Tensor>>

/** Media that become one vector, at least one; the library puts them in this order. */
export interface MediaInput {
  images?: RawImage[]
  videos?: RawVideo[]
  /** Mono at 16 kHz, each of 0.1 s to 30 s. */
  sounds?: Float32Array[]
}

/** The model as transformers.js runs it: numbers in, unit vectors out. */
export interface Network {
  transformers: Transformers
  tokens: Tokens
  /** One vector for each sequence of tokens, in their order. */
  embedTokens(sequences: readonly (readonly number[])[]): Promise<Float32Array[]>
  /** One vector of all. `text` is told how many tokens there is room for after the media, and gives a whole sequence. */
  embedMedia(media: MediaInput, text?: (room: number) => number[]): Promise<Float32Array>
  close(): Promise<void>
}

const TEXT: SessionContract = {
  session: 'model',
  inputs: ['input_ids', 'attention_mask', 'image_features', 'video_features', 'audio_features'],
  output: 'sentence_embedding',
}
const VISION: SessionContract = {
  session: 'vision_encoder',
  inputs: ['pixel_values', 'pixel_position_ids'],
  output: 'image_features',
}
const AUDIO: SessionContract = {
  session: 'audio_encoder',
  inputs: ['input_features', 'input_features_mask'],
  output: 'audio_features',
}

/** One picture of 280 tokens, or four of 70: more at once cost memory in proportion and save nothing. */
const PATCHES_AT_ONCE = 2520

/**
 * Loads the model from `folder`: at once what texts need, the encoders when the first picture or sound comes. Throws
 * `model_damaged`.
 */
export async function loadNetwork(
  settings: GemmaSettings,
  folder: string,
  onProgress: LoadProgress,
): Promise<Network> {
  const library = await loadLibrary()
  onProgress(0.1)
  const processor = await loadProcessor(library, folder, settings)
  onProgress(0.4)
  const { precisions, threads } = settings
  const parts: SessionParts = {
    runtime: library.runtime,
    folder,
    precisions,
    threads,
    inQueue: makeRunQueue(),
  }
  const { AutoConfig, EmbeddingGemma2Model, Tensor } = library.transformers
  const config = await AutoConfig.from_pretrained(folder).catch((cause: unknown) => {
    throw damagedFile('config.json', cause)
  })
  const vision = lazySession(VISION, () => openSession(VISION, parts))
  const sessions = {
    model: await openSession(TEXT, parts),
    vision_encoder: someAtOnce(vision, VISION.output, PATCHES_AT_ONCE, library.runtime),
    audio_encoder: lazySession(AUDIO, () => openSession(AUDIO, parts)),
  }
  const model = new EmbeddingGemma2Model(config, sessions, {})
  const tokens = makeTokens(tokenizerOf(processor))
  onProgress(1)

  async function run(inputs: Tensors, samples: number): Promise<Float32Array[]> {
    const outputs = (await model(inputs)) as Tensors
    return unitRows(tensorOf(outputs, TEXT.output).data as Float32Array, samples)
  }

  return {
    transformers: library.transformers,
    tokens,
    embedTokens: (sequences) => run(paddedTokens(Tensor, sequences, tokens.padId), sequences.length),
    async embedMedia({ images, videos, sounds }, text) {
      const inputs = (await processor._call(null, images, sounds, videos)) as Tensors
      const media = Array.from(tensorOf(inputs, 'input_ids').data as BigInt64Array, Number)
      const words = text?.(CONTEXT_TOKENS - media.length + SHARED_ENDS)
      const sequence = words ? [...media.slice(0, -1), ...words.slice(1)] : media
      if (sequence.length > CONTEXT_TOKENS) throw new Error(`media of ${sequence.length} tokens are too many`)
      const [vector] = await run({ ...inputs, ...paddedTokens(Tensor, [sequence], tokens.padId) }, 1)
      return vector as Float32Array
    },
    close: async () => void (await model.dispose()),
  }
}

/** The first token of a sequence and the last one: in two that are joined they are there once. */
const SHARED_ENDS = 2

async function loadProcessor(
  { transformers }: Library,
  folder: string,
  { imageTokens, frameTokens }: GemmaSettings,
): Promise<Processor> {
  try {
    const processor = (await transformers.AutoProcessor.from_pretrained(folder)) as Processor
    // Pictures come in their exact size: the library would resize them without averaging, and where it need not.
    Object.assign(processor.image_processor as object, { max_soft_tokens: imageTokens, do_resize: false })
    const { video_processor: video } = processor
    Object.assign(video.frame_processor, { max_soft_tokens: frameTokens, do_resize: false })
    // As many frames as are chosen: what lies above the limit of the file would be left out without a word.
    video.max_frames = Number.POSITIVE_INFINITY
    makeLean(tokenizerOf(processor))
    return processor
  } catch (cause) {
    throw damagedFile('the tokenizer or a configuration', cause)
  }
}

function tokenizerOf({ tokenizer }: Processor) {
  if (tokenizer) return tokenizer
  throw new Error('transformers.js gave no tokenizer')
}

function tensorOf(tensors: Tensors, name: string): Tensor {
  const tensor = tensors[name]
  if (tensor) return tensor
  throw new Error(`transformers.js gave no ${name}`)
}

function paddedTokens(
  TensorOf: Transformers['Tensor'],
  sequences: readonly (readonly number[])[],
  padId: number,
): Tensors {
  const longest = Math.max(...sequences.map(({ length }) => length))
  const ids = new BigInt64Array(sequences.length * longest).fill(BigInt(padId))
  const mask = new BigInt64Array(sequences.length * longest)
  for (const [row, sequence] of sequences.entries()) {
    ids.set(sequence.map(BigInt), row * longest)
    mask.fill(1n, row * longest, row * longest + sequence.length)
  }
  const shape = [sequences.length, longest]
  return {
    input_ids: new TensorOf('int64', ids, shape),
    attention_mask: new TensorOf('int64', mask, shape),
  }
}
