import { expect, test } from 'vitest'
import { spaceOf } from '../../domain/model.ts'
import { cosine } from '../../../test/support/vectors.ts'
import { builtinFacts } from './facts.ts'
import { openBuiltin } from './model.ts'

const picture = (valueAt: (index: number) => number) => ({
  width: 224,
  height: 224,
  rgb: Uint8Array.from({ length: 224 * 224 * 3 }, (_, index) => valueAt(index)),
})
const grey = (value: number) => picture(() => value)
const striped = picture((index) => (Math.floor(index / 60) % 2) * 255)
const tone = (hz: number, seconds: number) =>
  Float32Array.from({ length: seconds * 16_000 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 16_000) / 2)

test('every kind of input has a vector of its space and of unit length', async () => {
  const model = openBuiltin()
  const [text] = await model.text(['a dog'], 'query')
  const image = await model.image(striped)
  const audio = await model.audio(tone(440, 1))
  const vectors = {
    text: text!,
    image,
    video: await model.video([striped, grey(10)]),
    audio,
    fused: await model.fused({ audio: { samples: tone(440, 1), vector: audio } }),
  }
  for (const [kind, vector] of Object.entries(vectors)) {
    const { dimension } = spaceOf(builtinFacts, kind as keyof typeof vectors)
    const squaredLength = vector.reduce((sum, entry) => sum + entry * entry, 0)
    expect({ kind, dimension: vector.length, squaredLength }).toEqual({
      kind,
      dimension,
      squaredLength: expect.closeTo(1, 6) as number,
    })
  }
  await model.close()
})

test('texts come back in order, the same for a query and a document', async () => {
  const model = openBuiltin()
  const [dog, cat, dogAgain] = await model.text(['a dog', 'a cat', 'a dog'], 'document')
  const [queried] = await model.text(['a dog'], 'query')
  expect([...dogAgain!]).toEqual([...dog!])
  expect([...queried!]).toEqual([...dog!])
  expect(cosine(dog!, cat!)).toBeLessThan(0.5)
  expect(await model.text([], 'query')).toEqual([])
})

test('a clip is the mean direction of its frames', async () => {
  const model = openBuiltin()
  const [one, other] = [await model.image(striped), await model.image(grey(200))]
  const clip = await model.video([striped, grey(200)])
  expect(cosine(clip, one)).toBeCloseTo(cosine(clip, other), 5)
  expect([...(await model.video([striped, striped]))]).toEqual([...(await model.video([striped]))])
})

test('a fused vector is as near to each of two parts', async () => {
  const model = openBuiltin()
  const [text] = await model.text(['a tone'], 'document')
  const audio = await model.audio(tone(440, 1))
  const fused = await model.fused({
    audio: { samples: tone(440, 1), vector: audio },
    transcription: { text: 'a tone', vector: text! },
  })
  expect(cosine(fused, audio)).toBeCloseTo(cosine(fused, text!), 5)
  expect(cosine(fused, audio)).toBeCloseTo(Math.sqrt((1 + cosine(audio, text!)) / 2), 5)
})

test('what runs beside a call does not change its vector', async () => {
  const sounds = [tone(300, 8), tone(500, 6), tone(700, 4)]
  const alone: number[][] = []
  for (const sound of sounds) alone.push([...(await openBuiltin().audio(sound))])
  const model = openBuiltin()
  const beside = await Promise.all([
    ...sounds.map((sound) => model.audio(sound)),
    model.image(striped),
    model.text(['a', 'b', 'c'], 'query'),
  ])
  expect(beside.slice(0, 3).map((vector) => [...(vector as Float32Array)])).toEqual(alone)
})

test('a short text is answered while a long sound is embedded', async () => {
  const model = openBuiltin()
  const ended: string[] = []
  const long = model.audio(tone(440, 60)).then(() => ended.push('sound'))
  await model.text(['short'], 'query').then(() => ended.push('text'))
  await long
  expect(ended).toEqual(['text', 'sound'])
})
