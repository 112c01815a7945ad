import { expect, test } from 'vitest'
import { DISTORTIONS, readPictures, recognisePictures } from '../../../bench/builtin/pictures.ts'
import { recordings } from '../../../bench/builtin/recordings.ts'
import { readPairs, similarityGoals, typingErrorGoal } from '../../../bench/builtin/sentences.ts'
import { mean } from '../../../bench/builtin/similarity.ts'
import { PLAIN_DISTORTIONS, recogniseSounds, speechArea } from '../../../bench/builtin/soundRecognition.ts'
import { makeSounds } from '../../../bench/builtin/sounds.ts'
import { decodeScene } from '../../../bench/builtin/videos.ts'
import { needTestData, testData } from '../../../test/support/testData.ts'
import { cosine } from '../../../test/support/vectors.ts'
import { openBuiltin } from './model.ts'

// The quick part of `npm run bench -- builtin`: what a change of a formula would break without a crash.

const chosen = <T>(distortions: Readonly<Record<string, T>>, names: RegExp): Record<string, T> =>
  Object.fromEntries(Object.entries(distortions).filter(([name]) => names.test(name)))

const SENTENCES = 'retrieval/stsb/sts-dev.tsv'

test('sentences that people find alike are near each other', async (context) => {
  needTestData(context, SENTENCES)
  const [goal] = await similarityGoals(openBuiltin(), await readPairs(testData(SENTENCES)))
  expect(goal?.measured).toBeGreaterThan(0.775)
})

test('a sentence is found although half of its longer words are misspelt', async (context) => {
  needTestData(context, SENTENCES)
  const { measured } = await typingErrorGoal(openBuiltin(), await readPairs(testData(SENTENCES)), 1000)
  expect(measured).toBeGreaterThan(0.93)
})

test('pictures are known again when cropped, flipped or compressed', async (context) => {
  needTestData(context, 'media/images')
  const pictures = await readPictures(testData('media/images'))
  const results = await recognisePictures(
    openBuiltin(),
    pictures,
    chosen(DISTORTIONS, /crop 25|flipped|JPEG/),
  )
  expect(results.map(({ at512 }) => at512.recall)).toEqual([1, 1, 1])
  expect(mean(results.map(({ at512 }) => at512.margin))).toBeGreaterThan(0.5)
})

test('one film in two formats is nearer to itself than to another film', async (context) => {
  const films = ['media/video/flower.mp4', 'media/video/flower.webm', 'media/video/friday.mp4']
  needTestData(context, ...films)
  const model = openBuiltin()
  const [mp4, webm, other] = await Promise.all(
    films.map(async (film) => model.video(await decodeScene(model, ['-i', testData(film)]))),
  )
  expect(cosine(mp4!, webm!)).toBeGreaterThan(0.98)
  expect(cosine(mp4!, other!)).toBeLessThan(0.5)
})

test('sounds are known again when softer, noisy or cut', async (context) => {
  needTestData(context, ...recordings.map(({ file }) => file))
  const model = openBuiltin()
  const sounds = await makeSounds(recordings.map((each) => ({ ...each, file: testData(each.file) })))
  const results = await recogniseSounds(model, sounds, chosen(PLAIN_DISTORTIONS, /softer|20 dB|half/))
  expect(mean(results.map(({ recall }) => recall))).toBeGreaterThan(0.95)
  expect(mean(results.map(({ margin }) => margin))).toBeGreaterThan(0.3)
  expect(await speechArea(model, sounds)).toBeGreaterThan(0.9)
})
