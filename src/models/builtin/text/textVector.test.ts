import { expect, test } from 'vitest'
import { cosine, entriesAt } from '../../../../test/support/vectors.ts'
import { runAtOnce } from '../turns.ts'
import { makeTextEmbedder } from './textVector.ts'

const textSteps = makeTextEmbedder()
const embed = (text: string) => runAtOnce(textSteps(text))
const similar = (one: string, other: string) => cosine(embed(one), embed(other))

test.for([
  [
    'The quick brown fox jumps over the lazy dog.',
    [0.005296, 0.020695, 0.064594, 0.017144, 0.005296, 0.042396, 0.035274, 0.04176, -0.071738, 0.029978],
  ],
  ['東京都の天気予報', [0.123911, 0, 0, 0, 0, 0.039184, 0, 0, 0, 0]],
  ['حمزة بن عبد المطلب', [0, 0, 0.043271, 0.088883, -0.043271, -0.043271, 0.090746, -0.045612, 0, 0]],
  ['서울의 날씨가 좋다', [0.061092, 0, 0.061092, 0, 0, 0, 0, 0.051113, 0, 0]],
  [
    "Don't stop: Zoë’s 24 naïve cafés, straße!",
    [0.09904, 0, -0.013933, 0, 0.031386, 0, -0.053711, 0, 0.025626, -0.044386],
  ],
] as const)('the vector of "%s" is the published one', ([text, golden]) => {
  expect(entriesAt(embed(text))).toEqual(golden.map((entry) => expect.closeTo(entry, 5)))
})

test('vectors have 512 numbers and unit length', () => {
  const vector = embed('A glass of water on a table')
  expect(vector).toHaveLength(512)
  expect(cosine(vector, vector)).toBeCloseTo(1, 6)
})

test.for(['', ' \n\t', '?!… —', '😀'])('a text without words, "%s", is the first axis', (text) => {
  expect([...embed(text)]).toEqual([1, ...Array.from({ length: 511 }, () => 0)])
})

test.for([
  ['Zoë at the café', 'zoe at the CAFE'],
  ['große Straße in Łódź', 'grosse strasse in lodz'],
  ['ﬁne ＷＩＤＥ', 'fine wide'],
  ['أحمد إلى المدرسة', 'احمد الي المدرسه'],
  ['the dog’s tail', "the dog's tail"],
] as const)('spellings of one text are equal: %s = %s', ([one, other]) => {
  expect([...embed(one)]).toEqual([...embed(other)])
})

test('forms of a word are near each other, other words are not', () => {
  expect(similar('running dogs', 'the dog runs')).toBeCloseTo(0.636, 3)
  expect(similar('running dogs', 'stock market')).toBeCloseTo(-0.013, 3)
  expect(similar('embedding', 'embeddings')).toBeCloseTo(0.917, 3)
  expect(similar('embedding', 'weather')).toBeCloseTo(0.05, 3)
  expect(similar('서울의 날씨가 좋다', '서울 날씨 예보')).toBeCloseTo(0.131, 3)
})

test('a misspelt word is still near the right one', () => {
  expect(similar('the definition of the committee', 'the definiton of the comittee')).toBeGreaterThan(0.3)
  expect(similar('the definition of the committee', 'the invention of the computer')).toBeLessThan(0.25)
})

test('a word remembered from another text gives the same vector as a new one', () => {
  const used = makeTextEmbedder()
  runAtOnce(used('a dog and another dog in the park'))
  expect([...runAtOnce(used('the dog parks'))]).toEqual([...runAtOnce(makeTextEmbedder()('the dog parks'))])
})

test('a long text is embedded in many small steps', () => {
  const words = Array.from({ length: 10_000 }, (_, i) => `word${i.toString(36)}`)
  expect([...textSteps(words.join(' '))].length).toBeGreaterThan(40)
})
