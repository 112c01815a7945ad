import type { Precision } from '../../src/domain/precision.ts'
import type { OnnxFile, Value } from './onnxFile.ts'
import { randomWeights } from './randomWeights.ts'

/** How much of the real model is made; its widths are always the real ones. */
export interface Layers {
  text: number
  vision: number
  audio: number
}

// As published: docs/embeddinggemma.md.
export const WHOLE: Layers = { text: 24, vision: 16, audio: 20 }
export const VOCABULARY = 262_144
export const HIDDEN = 512
const OUTPUT = 768
const VISION = 768
const AUDIO = 1024
const PATCH = 768
const MEL = 128

export interface Tools {
  file: OnnxFile
  precision: Exclude<Precision, 'q4'>
}

/** `x` times random weights, in the arithmetic of the precision. */
async function linear({ file, precision }: Tools, x: Value, rows: number, columns: number): Promise<Value> {
  if (precision === 'fp32') {
    const weights = await file.weights(
      'float32',
      [rows, columns],
      randomWeights.float32(rows * columns, rows),
    )
    return file.op('MatMul', [x, weights])
  }
  const weights = await file.weights('int8', [rows, columns], randomWeights.int8(rows * columns))
  const [quantised = '', scale = '', zero = ''] = file.ops('DynamicQuantizeLinear', [x], {}, 3)
  const product = file.op('Cast', [file.op('MatMulInteger', [quantised, weights, zero])], { to: 1 })
  const weightScale = file.constant('float32', [], [1 / (74 * Math.sqrt(rows))])
  return file.op('Mul', [product, file.op('Mul', [scale, weightScale])])
}

function normed({ file }: Tools, x: Value, width: number): Value {
  const ones = file.constant(
    'float32',
    [width],
    Array.from({ length: width }, () => 1),
  )
  return file.op('LayerNormalization', [x, ones])
}

interface Shape {
  width: number
  heads: number
  /** All heads together. */
  attention: number
  inner: number
}

const TEXT_SHAPE: Shape = { width: HIDDEN, heads: 8, attention: 1024, inner: 2304 }
const VISION_SHAPE: Shape = { width: VISION, heads: 12, attention: 768, inner: 3440 }
const AUDIO_SHAPE: Shape = { width: AUDIO, heads: 8, attention: 1024, inner: 3600 }

/** A layer of attention and a gated feed-forward block. */
async function layer(tools: Tools, x: Value, { width, heads, attention, inner }: Shape): Promise<Value> {
  const { file } = tools
  const seen = normed(tools, x, width)
  const [query, key, value] = [
    await linear(tools, seen, width, attention),
    await linear(tools, seen, width, attention),
    await linear(tools, seen, width, attention),
  ]
  const [mixed = ''] = file.ops(
    'MultiHeadAttention',
    [query, key, value],
    { num_heads: heads },
    1,
    'com.microsoft',
  )
  const attended = file.op('Add', [x, await linear(tools, mixed, attention, width)])
  const within = normed(tools, attended, width)
  const gate = file.op('Sigmoid', [await linear(tools, within, width, inner)])
  const gated = file.op('Mul', [gate, await linear(tools, within, width, inner)])
  return file.op('Add', [attended, await linear(tools, gated, inner, width)])
}

async function layers(tools: Tools, x: Value, count: number, shape: Shape): Promise<Value> {
  let states = x
  for (let each = 0; each < count; each++) states = await layer(tools, states, shape)
  return states
}

/** Row indices of what is true, in row-major order. */
const placesOf = (file: OnnxFile, mask: Value) =>
  file.op('Transpose', [file.op('NonZero', [mask])], { perm: [1, 0] })

export interface MediaTokens {
  image: number
  video: number
  audio: number
}

export async function writeTextModel(tools: Tools, count: number, tokens: MediaTokens): Promise<void> {
  const { file } = tools
  const op = file.op
  const ids = file.input('input_ids', 'int64', ['batch', 'sequence'])
  const mask = file.input('attention_mask', 'int64', ['batch', 'sequence'])
  let states = await embeddings(tools, ids)
  for (const [kind, id] of Object.entries(tokens)) {
    const features = file.input(`${kind}_features`, 'float32', [`${kind}_tokens`, 'hidden'])
    const places = placesOf(file, op('Equal', [ids, file.constant('int64', [], [id])]))
    states = op('ScatterND', [states, places, features])
  }
  states = await layers(tools, states, count, TEXT_SHAPE)
  states = await linear(tools, normed(tools, states, HIDDEN), HIDDEN, OUTPUT)
  file.output(states, 'last_hidden_state', ['batch', 'sequence', 'output'])
  const last = file.constant('int64', [1], [2])
  const first = file.constant('int64', [1], [1])
  const weight = op('Unsqueeze', [op('Cast', [mask], { to: 1 }), last])
  const sum = op('ReduceSum', [op('Mul', [states, weight]), first], { keepdims: 0 })
  file.output(op('Div', [sum, op('ReduceSum', [weight, first], { keepdims: 0 })]), 'sentence_embedding', [
    'batch',
    'output',
  ])
}

async function embeddings({ file, precision }: Tools, ids: Value): Promise<Value> {
  const shape = [VOCABULARY, HIDDEN]
  if (precision === 'fp32') {
    const table = await file.weights('float32', shape, randomWeights.float32(VOCABULARY * HIDDEN, 1))
    return file.op('Gather', [table, ids])
  }
  const table = await file.weights('int8', shape, randomWeights.int8(VOCABULARY * HIDDEN))
  const rows = file.op('Cast', [file.op('Gather', [table, ids])], { to: 1 })
  return file.op('Mul', [rows, file.constant('float32', [], [1 / 74])])
}

export async function writeVisionEncoder(tools: Tools, count: number): Promise<void> {
  const { file } = tools
  const op = file.op
  const pixels = file.input('pixel_values', 'float32', ['images', 'patches', 'pixels'])
  const positions = file.input('pixel_position_ids', 'int64', ['images', 'patches', 'axes'])
  const states = await layers(tools, await linear(tools, pixels, PATCH, VISION), count, VISION_SHAPE)
  // Every ninth patch stands for a soft token: which nine are averaged does not matter for the time.
  const [zero, nine] = [file.constant('int64', [1], [0]), file.constant('int64', [1], [9])]
  const [end, one, two] = [1e9, 1, 2].map((value) => file.constant('int64', [1], [value])) as [
    Value,
    Value,
    Value,
  ]
  const kept = op('Slice', [states, zero, end, one, nine])
  const columns = op('Squeeze', [op('Slice', [positions, zero, one, two, one]), two])
  const isThere = op('GreaterOrEqual', [
    op('Slice', [columns, zero, end, one, nine]),
    file.constant('int64', [], [0]),
  ])
  const features = op('GatherND', [kept, placesOf(file, isThere)])
  file.output(await linear(tools, features, VISION, HIDDEN), 'image_features', ['tokens', 'hidden'])
}

export async function writeAudioEncoder(tools: Tools, count: number): Promise<void> {
  const { file } = tools
  const op = file.op
  const mel = file.input('input_features', 'float32', ['clips', 'frames', 'mel'])
  const mask = file.input('input_features_mask', 'bool', ['clips', 'frames'])
  const [zero, end, one, four] = [0, 1e9, 1, 4].map((value) => file.constant('int64', [1], [value])) as [
    Value,
    Value,
    Value,
    Value,
  ]
  const fourth = await linear(tools, op('Slice', [mel, zero, end, one, four]), MEL, AUDIO)
  const states = await layers(tools, fourth, count, AUDIO_SHAPE)
  const features = op('GatherND', [states, placesOf(file, op('Slice', [mask, zero, end, one, four]))])
  file.output(await linear(tools, features, AUDIO, HIDDEN), 'audio_features', ['tokens', 'hidden'])
}
