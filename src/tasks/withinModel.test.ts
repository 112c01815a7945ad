import { expect, test } from 'vitest'
import { REQUEST } from '../../test/support/taskRoom.ts'
import { withinModel } from './withinModel.ts'

const SPACE = { space: 'text', dimension: 4 }
const TEXTS = { id: 'texts', spaces: { text: SPACE } }
const ALL = { id: 'all', spaces: { text: SPACE, image: SPACE, video: SPACE, audio: SPACE, fused: SPACE } }
const EVERYTHING = { ...REQUEST, modalities: ['visual', 'audio', 'transcription'] as const }

test('what a model cannot embed and nobody named is left out, and told', () => {
  expect(withinModel(EVERYTHING, ALL)).toEqual({ request: EVERYTHING, warnings: [] })
  const { request, warnings } = withinModel(EVERYTHING, TEXTS)
  expect(request.modalities).toEqual(['transcription'])
  expect(warnings).toMatchObject([
    { code: 'option_unavailable', option: 'visual' },
    { code: 'option_unavailable', option: 'audio' },
  ])
})

test.for([
  [{ modalitiesNamed: true }, 'modalities'],
  [{ modalities: ['visual', 'audio'] as const }, 'modalities'],
  [{ fused: true }, 'fused'],
] as const)('what was named, or all there is, is refused: %j', ([over, field]) => {
  const refused = expect.objectContaining({ code: 'modality_unsupported', field }) as Error
  expect(() => withinModel({ ...EVERYTHING, ...over }, TEXTS)).toThrow(refused)
})
