import { inputOf, type EmbeddingModel } from '../../src/domain/model.ts'
import type { Goal } from './goals.ts'
import { cosine } from './similarity.ts'

/** What holds exactly: equal spellings, any gain, and a vector for nothing. */
export async function promiseGoals(model: EmbeddingModel, sound: Float32Array): Promise<Goal[]> {
  const [accented, plain, nothing] = await model.text(
    ['Zoë, große Straße', 'zoe grosse strasse', ''],
    'document',
  )
  const silence = await model.audio(new Float32Array(inputOf(model.facts).sampleRateHz))
  const loud = await model.audio(sound)
  const soft = await model.audio(sound.map((sample) => sample / 10))
  const none = new Float32Array(0)
  const exactly = { must: 0.999999, should: 0.999999 }
  return [
    {
      name: 'text: with and without accents, cosine',
      measured: cosine(accented ?? none, plain ?? none),
      ...exactly,
    },
    {
      name: 'text and audio: nothing is the first axis',
      measured: Math.min(nothing?.[0] ?? 0, silence[0] ?? 0),
      ...exactly,
    },
    { name: 'audio: loud and soft, cosine', measured: cosine(loud, soft), ...exactly },
  ]
}
