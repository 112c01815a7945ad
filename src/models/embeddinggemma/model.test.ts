import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rm } from 'node:fs/promises'
import { gemmaSettings, openGemmaModels } from '../../../test/support/gemmaFixture.ts'
import { cosine } from '../../../test/support/vectors.ts'
import type { EmbeddingModel, Picture, Size } from '../../domain/model.ts'
import { PRECISIONS, type Precision } from '../../domain/precision.ts'
import { CONTEXT_TOKENS } from './context.ts'
import { openGemma } from './model.ts'

let folder: string
let place: string
const models = new Map<Precision, EmbeddingModel>()
beforeAll(async () => {
  ;({ folder, place } = await openGemmaModels())
  for (const precision of PRECISIONS)
    models.set(precision, await openGemma(gemmaSettings(folder, precision), place, () => {}))
})
afterAll(async () => {
  for (const model of models.values()) await model.close()
  await rm(folder, { recursive: true })
})
const fp32 = () => models.get('fp32')!

type Colour = readonly [number, number, number]
const RED: Colour = [240, 10, 20]
const BLUE: Colour = [10, 15, 230]

const plain = ({ width, height }: Size, colour: Colour): Picture => ({
  width,
  height,
  rgb: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!),
})
const picture = (colour: Colour) => plain({ width: 432, height: 336 }, colour)
const frames = (count: number, colour: Colour) => Array.from({ length: count }, () => picture(colour))
const tone = (hertz: number, seconds: number) =>
  Float32Array.from(
    { length: 16_000 * seconds },
    (_, i) => 0.3 * Math.sin((2 * Math.PI * hertz * i) / 16_000),
  )
const prefix = (vector: Float32Array, length: number) => vector.subarray(0, length)
const largestDifference = (one: Float32Array, other: Float32Array) =>
  one.reduce((most, number, at) => Math.max(most, Math.abs(number - other[at]!)), 0)
const query = async (text: string) => (await fp32().text([text], 'query'))[0]!
const document = async (text: string, model = fp32()) => (await model.text([text], 'document'))[0]!

const DOG = 'The dog runs in the forest with another animal'
const LOAN = 'The bank sends an invoice for the loan'

describe('in one space', () => {
  test('a query is nearer to its document than to another, also in the first 512, 256 and 128 numbers', async () => {
    const [puppy, dog, loan] = [await query('puppy'), await document(DOG), await document(LOAN)]
    for (const length of [768, 512, 256, 128]) {
      const near = cosine(prefix(puppy, length), prefix(dog, length))
      expect(near).toBeGreaterThan(cosine(prefix(puppy, length), prefix(loan, length)) + 0.1)
    }
  })

  test('the use of a text counts', async () => {
    const [asked] = await fp32().text([DOG], 'query')
    const [kept] = await fp32().text([DOG], 'document')
    expect(largestDifference(asked!, kept!)).toBeGreaterThan(1e-4)
  })

  test('a colour finds a picture, a video, and both with sound', async () => {
    const [red, blue] = [await query('red'), await query('blue')]
    const reds = [
      await fp32().image(picture(RED)),
      await fp32().video(frames(3, RED)),
      await fp32().fused({ visual: { frames: frames(3, RED) }, audio: { samples: tone(300, 1) } }),
      await fp32().fused({ picture: picture(RED), transcription: { text: 'with the' } }),
    ]
    for (const vector of reds) expect(cosine(red, vector)).toBeGreaterThan(cosine(blue, vector) + 0.2)
  })

  test('a word for a pitch finds a sound', async () => {
    const [low, high] = [await query('low'), await query('high')]
    const sounds = [await fp32().audio(tone(300, 2)), await fp32().audio(tone(3000, 2))]
    expect(cosine(low, sounds[0]!)).toBeGreaterThan(cosine(low, sounds[1]!) + 0.2)
    expect(cosine(high, sounds[1]!)).toBeGreaterThan(cosine(high, sounds[0]!) + 0.2)
  })

  test('each part of a mixed input counts', async () => {
    const visual = { frames: frames(2, RED) }
    const audio = { samples: tone(3000, 2) }
    const transcription = { text: 'the dog '.repeat(100) }
    const whole = await fp32().fused({ visual, audio, transcription })
    for (const parts of [
      { visual, audio },
      { visual, transcription },
      { audio, transcription },
    ])
      expect(cosine(whole, await fp32().fused(parts))).toBeLessThan(0.99)
    expect(await fp32().fused({ transcription })).toEqual(await document(transcription.text))
  })
})

describe.for(PRECISIONS)('in %s', (precision) => {
  const model = () => models.get(precision)!

  test('every vector has unit length, and the same input gives the same bits', async () => {
    const all = async () => [
      ...(await model().text([DOG, '', 'puppy'], 'query')),
      await model().image(picture(RED)),
      await model().video(frames(6, BLUE)),
      await model().audio(tone(440, 3)),
      await model().fused({ visual: { frames: frames(2, RED) }, audio: { samples: tone(440, 1) } }),
    ]
    const once = await all()
    for (const vector of once) {
      expect(vector.length).toBe(768)
      expect(Math.hypot(...vector)).toBeCloseTo(1, 6)
    }
    expect(await all()).toEqual(once)
  })

  test('texts embedded together are those embedded one by one, in their order', async () => {
    const texts = [DOG, 'x', LOAN.repeat(9), '', 'red', LOAN, 'blue '.repeat(200), 'a dog']
    const together = await model().text(texts, 'document')
    for (const [at, text] of texts.entries()) {
      const difference = largestDifference(together[at]!, await document(text, model()))
      expect(difference).toBeLessThan(precision === 'q8' ? Number.MIN_VALUE : 1e-5)
    }
  })

  test('it agrees with the unquantised model', async () => {
    expect(cosine(await document(DOG, model()), await document(DOG))).toBeGreaterThan(0.9)
    expect(cosine(await model().image(picture(RED)), await fp32().image(picture(RED)))).toBeGreaterThan(0.9)
  })
})

test('the vectors are those of transformers.js when it is left to itself', async () => {
  const { AutoModel, AutoProcessor, RawImage, RawVideo } = await import('@huggingface/transformers')
  const [processor, model] = [
    await AutoProcessor.from_pretrained(place),
    await AutoModel.from_pretrained(place),
  ]
  const alone = async (...inputs: readonly unknown[]) => {
    const { sentence_embedding: embedding } = await model(await processor(...inputs))
    return embedding.data as Float32Array
  }
  const raw = ({ rgb, width, height }: Picture) => new RawImage(new Uint8ClampedArray(rgb), width, height, 3)
  const tuned = processor as unknown as {
    image_processor: { max_soft_tokens: number }
  }
  tuned.image_processor.max_soft_tokens = 70
  const near = async (ours: Promise<Float32Array>, theirs: Promise<Float32Array>) =>
    expect(largestDifference(await ours, await theirs)).toBeLessThan(1e-6)
  await near(document(DOG), alone(`title: none | text: ${DOG}`))
  await near(fp32().image(picture(RED)), alone(null, raw(picture(RED))))
  const film = new RawVideo(frames(6, BLUE).map(raw), 6)
  await near(fp32().video(frames(6, BLUE)), alone(null, null, null, film))
  await near(fp32().audio(tone(440, 5)), alone(null, null, tone(440, 5)))
  const parts = { visual: { frames: frames(6, BLUE) }, audio: { samples: tone(440, 5) } }
  await near(fp32().fused(parts), alone(null, null, tone(440, 5), film))
  await model.dispose()
})

describe('at its limits', () => {
  const words = (count: number) => 'dog '.repeat(count).trim()
  // A word with its space is a token of the stand-in; the prompt and the ends are the rest.
  const longest = async () => {
    let count = CONTEXT_TOKENS
    while (!fp32().fits!(words(count))) count--
    return count
  }

  test('a text of as many tokens as the model takes is embedded, a longer one is refused by name', async () => {
    const count = await longest()
    expect(count).toBeGreaterThan(8000)
    await expect(document(words(count))).resolves.toHaveLength(768)
    await expect(document(words(count + 1))).rejects.toMatchObject({
      code: 'text_too_long',
      message: expect.stringContaining('has 8193 tokens') as string,
    })
  })

  test('a huge text is refused without being read to its end', async () => {
    const huge = 'dog '.repeat(25_000_000)
    const startMs = performance.now()
    expect(fp32().fits!(huge)).toBe(false)
    await expect(query(huge)).rejects.toMatchObject({ code: 'text_too_long' })
    expect(performance.now() - startMs).toBeLessThan(1000)
  })

  test('what is said in a clip beside its pictures is embedded as far as there is room', async () => {
    const visual = { frames: frames(32, RED) }
    const spoken = (text: string) => fp32().fused({ visual, transcription: { text } })
    const start = await spoken(words(8000))
    expect(await spoken(`${words(8000)} ${words(50)}`)).toEqual(start)
    await expect(
      fp32().fused({ picture: picture(RED), transcription: { text: words(8190) } }),
    ).rejects.toMatchObject({ code: 'text_too_long' })
  })

  test('of the sound of a mixed input the first half minute counts', async () => {
    const samples = new Float32Array([...tone(300, 30), ...tone(3000, 10)])
    const visual = { frames: frames(1, RED) }
    expect(await fp32().fused({ visual, audio: { samples } })).toEqual(
      await fp32().fused({ visual, audio: { samples: tone(300, 30) } }),
    )
  })

  test('all of a longer sound counts alone', async () => {
    const long = await fp32().audio(new Float32Array([...tone(300, 30), ...tone(3000, 30)]))
    const [low, high] = [await fp32().audio(tone(300, 30)), await fp32().audio(tone(3000, 30))]
    expect(cosine(long, low)).toBeCloseTo(cosine(long, high), 2)
    expect(cosine(long, low)).toBeGreaterThan(cosine(low, high))
  })

  test('the last samples of a recording are a sound, samples that are no numbers are none', async () => {
    await expect(fp32().audio(new Float32Array(1))).resolves.toHaveLength(768)
    await expect(fp32().audio(Float32Array.of(0, Number.NaN))).rejects.toMatchObject({
      code: 'media_unreadable',
    })
  })

  test.for([
    ['of another size', () => fp32().image(plain({ width: 100, height: 100 }, RED))],
    ['larger than its budget', () => fp32().image(plain({ width: 480, height: 384 }, RED))],
    ['with too few bytes', () => fp32().image({ ...picture(RED), rgb: new Uint8Array(3) })],
    ['of several sizes', () => fp32().video([picture(RED), plain({ width: 48, height: 48 }, RED)])],
    ['of no frames', () => fp32().video([])],
    ['of too many frames', () => fp32().video(frames(33, RED))],
  ] as const)('pictures %s are a bug of the caller and never cut', async ([, embed]) => {
    await expect(embed()).rejects.toThrow(/picture of|sizes|frames instead/)
  })
})

describe('texts that hold tokens of the model', () => {
  const TOKENS = [
    '<bos>',
    '<eos>',
    '<pad>',
    '<unk>',
    '<|image|>',
    '<|audio|>',
    '<|video|>',
    '<|image>',
    '<image|>',
  ]

  test.for(TOKENS)('%s in a text is only text', async (token) => {
    const text = `red ${token} dog`
    const vector = await document(text)
    expect(vector).toEqual(await document(text.replace('<', '< ')))
    await expect(query(token.repeat(300))).resolves.toHaveLength(768)
  })

  test('they do not take the place of a picture that stands beside them', async () => {
    const text = '<|image|> <eos> dog'
    await expect(fp32().fused({ picture: picture(RED), transcription: { text } })).resolves.toHaveLength(768)
  })
})

test('loading says how far it is, to the end', async () => {
  const fractions: number[] = []
  const model = await openGemma(gemmaSettings(folder), place, (fraction) => void fractions.push(fraction))
  await model.close()
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  expect(fractions.at(-1)).toBe(1)
  await expect(model.text(['dog'], 'query')).rejects.toThrow('disposed')
})

test('nothing that a model does reaches the network', async () => {
  const { env } = await import('@huggingface/transformers')
  await expect(env.fetch('https://example.org/config.json')).rejects.toMatchObject({ code: 'fetch_refused' })
  expect([env.allowRemoteModels, env.useFSCache]).toEqual([false, false])
})

test('a short text waits for one run of a long work, not for all of it', async () => {
  const order: string[] = []
  const long = models
    .get('q8')!
    .text(
      Array.from({ length: 40 }, () => DOG.repeat(4)),
      'document',
    )
    .then(() => order.push('long'))
  await models.get('q8')!.text(['dog'], 'query')
  order.push('short')
  await long
  expect(order).toEqual(['short', 'long'])
})
