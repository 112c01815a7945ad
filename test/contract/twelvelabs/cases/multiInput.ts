import { madePdf } from '../../../support/madePdf.ts'
import type { Rule, Section } from '../rule.ts'
import type { World } from '../world.ts'

const MODEL = { model_name: 'marengo3.5' }

const PDF = madePdf([{ text: 'whales are mammals', colour: [1, 0, 0] }])

const still = (world: World, name?: string) => ({
  media_type: 'image',
  asset_id: world.assets['still'],
  ...(name !== undefined && { name }),
})

type Make = (world: World) => object

const mixed =
  (multi: Make, top: object = {}) =>
  (world: World) =>
    world.post('/embed-v2', { ...MODEL, input_type: 'multi_input', multi_input: multi(world), ...top })

const ONE = { status: 200, schema: 'embeddings' }

const tellsOne = (field: string, rule: string, multi: Make, body: object, top: object = {}): Rule => ({
  field,
  rule,
  ask: mixed(multi, top),
  expected: { ...ONE, body, seen: ({ body: all }) => (all as { data: unknown[] }).data.length, is: 1 },
})

const refusedMix = (
  field: string,
  rule: string,
  multi: Make,
  top: object = {},
  code = 'parameter_invalid',
  names = field,
): Rule => ({
  field,
  rule: `${rule} is 400 \`${code}\``,
  ask: mixed(multi, top),
  expected: { status: 400, code, names },
})

const SOURCES = 'multi_input.media_sources'
const WORDS = 'multi_input.input_text'

export const MULTI_INPUT: Section = {
  title: 'POST /embed-v2 with multi_input',
  method: 'embed.v2.create',
  rules: [
    tellsOne(WORDS, 'a text alone has one vector', () => ({ input_text: 'man walking a dog' }), {
      data: [{ embedding_option: null }],
      usage: { input_tokens: { text: 4 }, truncated: false },
    }),
    tellsOne(
      SOURCES,
      'pictures alone have one vector',
      (world) => ({ media_sources: [still(world), still(world)] }),
      {
        metadata: { input_type: 'multi_input' },
        usage: { input_tokens: { image: 560 } },
      },
    ),
    tellsOne(
      SOURCES,
      'a picture, a sound and a video with a text have one vector',
      (world) => ({
        input_text: 'all of it',
        media_sources: [
          still(world),
          { media_type: 'audio', asset_id: world.assets['sound'] },
          { media_type: 'video', asset_id: world.assets['video'] },
        ],
      }),
      { usage: { input_tokens: { text: 3, image: 280, audio: 150, video: 840 } } },
    ),
    tellsOne(
      'embedding_dimension',
      '128 is taken',
      () => ({ input_text: 'a dog' }),
      { model: { dimension: 128 } },
      { embedding_dimension: 128 },
    ),
    tellsOne(
      'auto_truncate',
      'true cuts a text that is too long; `usage.truncated` says so',
      () => ({ input_text: 'word '.repeat(2_001) }),
      { usage: { input_tokens: { text: 2_000 }, truncated: true } },
      { auto_truncate: true },
    ),
    {
      field: WORDS,
      rule: '`<@name>` stands for the source of that name',
      ask: (world) =>
        world.client(({ embed }) =>
          embed.v2.create({
            inputType: 'multi_input',
            modelName: 'marengo3.5',
            multiInput: {
              inputText: 'A person with <@bag>.',
              mediaSources: [{ name: 'bag', mediaType: 'image', assetId: world.assets['still'] ?? '' }],
            },
          }),
        ),
      expected: { ...ONE, body: { metadata: { input_type: 'multi_input' } } },
    },
    {
      field: 'model_name',
      rule: '`marengo3.0` takes pictures with a text, and tells no `usage`',
      ask: mixed((world) => ({ input_text: 'a bag', media_sources: [still(world)] }), {
        model_name: 'marengo3.0',
      }),
      expected: { ...ONE, seen: ({ body }) => 'usage' in (body as object), is: false },
    },
    refusedMix(
      'multi_input.media_sources[0].media_type',
      'a sound for `marengo3.0`',
      (world) => ({
        media_sources: [{ media_type: 'audio', asset_id: world.assets['sound'] }],
      }),
      { model_name: 'marengo3.0' },
    ),
    refusedMix('input_type', '`text` with `marengo3.5`', () => ({ input_text: 'a' }), { input_type: 'text' }),
    refusedMix(WORDS, 'nothing at all', () => ({}), {}, 'parameter_not_provided'),
    refusedMix(WORDS, '2,001 tokens', () => ({ input_text: 'word '.repeat(2_001) })),
    refusedMix(WORDS, 'a `<@name>` that no source has', (world) => ({
      input_text: 'a <@hat>',
      media_sources: [still(world, 'bag')],
    })),
    refusedMix(
      WORDS,
      'missing beside media of several kinds',
      (world) => ({
        media_sources: [still(world), { media_type: 'audio', asset_id: world.assets['sound'] }],
      }),
      {},
      'parameter_not_provided',
    ),
    refusedMix(SOURCES, 'eleven', (world) => ({
      media_sources: Array.from({ length: 11 }, () => still(world)),
    })),
    refusedMix(`${SOURCES}[1].name`, 'a name twice', (world) => ({
      input_text: 'x',
      media_sources: [still(world, 'bag'), still(world, 'bag')],
    })),
    refusedMix(`${SOURCES}[0].media_type`, 'a word that is none', () => ({
      media_sources: [{ media_type: 'smell' }],
    })),
    refusedMix(SOURCES, 'a document beside others', (world) => ({
      input_text: 'x',
      media_sources: [still(world), { media_type: 'document', base64_string: PDF.toString('base64') }],
    })),
    refusedMix(
      'embedding_uncertainty',
      'of a text and a picture',
      (world) => ({
        input_text: 'x',
        media_sources: [still(world)],
      }),
      { embedding_uncertainty: true },
    ),
  ],
}
