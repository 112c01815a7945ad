import type { ModelFacts } from '../../domain/model.ts'

/** Of every vector of this model, in every space. Prefixes of 128 and 256 numbers are usable after new scaling. */
export const DIMENSION = 512

export const PICTURE_SIDE = 224
export const SAMPLE_RATE_HZ = 16_000

const SQUARE = { width: PICTURE_SIDE, height: PICTURE_SIDE }

export const builtinFacts: ModelFacts = {
  id: 'builtin',
  revision: '1',
  precision: 'float32',
  spaces: {
    text: { space: 'text', dimension: DIMENSION },
    image: { space: 'image', dimension: DIMENSION },
    video: { space: 'image', dimension: DIMENSION },
    audio: { space: 'audio', dimension: DIMENSION },
    fused: { space: 'fused', dimension: DIMENSION },
  },
  isLexical: true,
  arePrefixesUsable: true,
  caveat:
    'The built-in model compares words, colours, shapes and sound textures, not meanings: it knows no synonyms and no objects, and cannot find pictures or sounds by text.',
  input: {
    pictureSize: () => SQUARE,
    frameSize: () => SQUARE,
    framesOf: () => 3,
    sampleRateHz: SAMPLE_RATE_HZ,
  },
}
