import type { ModelFacts, ModelInput } from '../domain/model.ts'

/** As many pixels as the search for shot changes looks at. */
const SHOT_SIZE = { width: 64, height: 64 }

const FOR_SHOTS: ModelInput = {
  pictureSize: () => SHOT_SIZE,
  frameSize: () => SHOT_SIZE,
  framesOf: () => 0,
  sampleRateHz: 0,
}

/** How media is read for a model: for one that embeds text alone its frames say where a shot ends, and nothing more. */
export const mediaInput = ({ input }: Pick<ModelFacts, 'input'>): ModelInput => input ?? FOR_SHOTS
