import type { Rule } from '../rule.ts'
import { TASKS } from '../world.ts'
import { INVALID, MISSING, UNKNOWN, videoBody, audioBody, taken, refused } from './createRequest.ts'

const PAST = '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"},"start_sec":1e999}}'

/** The rules on the part of the media. */
export const times: Rule[] = [
  refused('video.start_sec', 'less than zero', videoBody({ start_sec: -1 })),
  refused('video.start_sec', 'a text', videoBody({ start_sec: '1' })),
  refused('video.start_sec', 'a number beyond all numbers', PAST),
  taken(
    'video.start_sec',
    'a number beyond all media is taken without an asset',
    videoBody({ start_sec: 1e300 }),
    {
      why: 'how long the media is is known later: the task fails',
    },
  ),
  {
    field: 'video.start_sec',
    rule: 'past the end of an asset is 400 `parameter_invalid`',
    ask: (world) =>
      world.post(TASKS, videoBody({ media_source: { asset_id: world.assets['video'] }, start_sec: 7 })),
    expected: { status: 400, code: INVALID, names: 'video.start_sec' },
  },
  taken(
    'video.start_sec, video.end_sec',
    'fractions of seconds are taken',
    videoBody({ start_sec: 0.25, end_sec: 1.75 }),
  ),
  taken(
    'video.start_sec, video.end_sec',
    'null is the same as left out',
    videoBody({ start_sec: null, end_sec: null }),
  ),
  refused('video.end_sec', 'the same as `start_sec`', videoBody({ start_sec: 3, end_sec: 3 })),
  refused('video.end_sec', 'before `start_sec`', videoBody({ start_sec: 3, end_sec: 2 })),
  refused('video.end_sec', 'zero', videoBody({ end_sec: 0 })),
  refused('video.end_sec', 'true', videoBody({ end_sec: true })),
]

const segmented = (segmentation: unknown) => videoBody({ segmentation })
const fixed = (duration_sec: unknown) => segmented({ strategy: 'fixed', fixed: { duration_sec } })
const dynamic = (min_duration_sec: unknown) =>
  segmented({ strategy: 'dynamic', dynamic: { min_duration_sec } })

const SEGMENTS = 'video.segmentation'
const FIXED_SEC = `${SEGMENTS}.fixed.duration_sec`
const DYNAMIC_SEC = `${SEGMENTS}.dynamic.min_duration_sec`

/** The rules on how it is cut. */
export const segments: Rule[] = [
  taken(SEGMENTS, 'null is the same as left out', segmented(null)),
  refused(`${SEGMENTS}.strategy`, 'missing', segmented({}), { code: MISSING }),
  refused(`${SEGMENTS}.strategy`, 'a word that is none', segmented({ strategy: 'magic' })),
  refused(`${SEGMENTS}.fixed`, 'missing for its strategy', segmented({ strategy: 'fixed' }), {
    code: MISSING,
  }),
  refused(`${SEGMENTS}.dynamic`, 'missing for its strategy', segmented({ strategy: 'dynamic' }), {
    code: MISSING,
  }),
  refused(
    `${SEGMENTS}.fixed`,
    'beside the strategy `dynamic`',
    segmented({ strategy: 'dynamic', dynamic: {}, fixed: { duration_sec: 6 } }),
  ),
  taken(
    `${SEGMENTS}.fixed`,
    'null beside the other strategy is taken',
    segmented({
      strategy: 'dynamic',
      dynamic: { min_duration_sec: 4 },
      fixed: null,
    }),
  ),
  taken(FIXED_SEC, 'two seconds are taken', fixed(2)),
  taken(FIXED_SEC, 'ten seconds are taken', fixed(10)),
  refused(FIXED_SEC, 'one second', fixed(1), { why: 'examples of the pages have it, their bounds do not' }),
  refused(FIXED_SEC, 'eleven seconds', fixed(11)),
  refused(FIXED_SEC, 'a fraction', fixed(2.5)),
  refused(FIXED_SEC, 'a text', fixed('6')),
  refused(FIXED_SEC, 'a very large number', fixed(1e20)),
  taken(
    FIXED_SEC,
    'a whole number written as a fraction is taken',
    '{"input_type":"video","video":{"media_source":{"base64_string":"QUJD"},"segmentation":{"strategy":"fixed","fixed":{"duration_sec":6.0}}}}',
  ),
  taken(DYNAMIC_SEC, 'five seconds are taken', dynamic(5)),
  refused(DYNAMIC_SEC, 'one second', dynamic(1)),
  refused(DYNAMIC_SEC, 'six seconds', dynamic(6)),
  refused(
    `${SEGMENTS}.temporal`,
    'the shape of `marengo3.5`',
    segmented({ temporal: { strategy: 'fixed', fixed: { duration_sec: 6 } } }),
    { code: UNKNOWN },
  ),
  refused('audio.segmentation.strategy', '`dynamic`', audioBody({ segmentation: { strategy: 'dynamic' } })),
]

const OPTION = 'video.embedding_option'
const SCOPE = 'video.embedding_scope'
const TYPE = 'video.embedding_type'

/** The rules on which vectors there are. */
export const options: Rule[] = [
  taken(OPTION, 'null is the same as left out', videoBody({ embedding_option: null })),
  refused(OPTION, 'an empty list', videoBody({ embedding_option: [] })),
  refused(OPTION, 'a text instead of a list', videoBody({ embedding_option: 'visual' })),
  refused(OPTION, 'a value twice', videoBody({ embedding_option: ['audio', 'audio'] })),
  refused(OPTION, 'a word that is none', videoBody({ embedding_option: ['smell'] }), {
    names: `${OPTION}[0]`,
  }),
  refused(OPTION, 'null in the list', videoBody({ embedding_option: [null] }), { names: `${OPTION}[0]` }),
  refused('audio.embedding_option', '`visual`', audioBody({ embedding_option: ['visual'] }), {
    names: 'audio.embedding_option[0]',
  }),
  {
    field: OPTION,
    rule: 'what an asset cannot give is 400 when it was asked for by name',
    why: 'the pages do not say what comes instead',
    ask: (world) =>
      world.post(
        TASKS,
        videoBody({ media_source: { asset_id: world.assets['silent'] }, embedding_option: ['audio'] }),
      ),
    expected: { status: 400, names: OPTION },
  },
  {
    field: OPTION,
    rule: 'what an asset cannot give is left out when it was not asked for by name; `warnings` say so',
    state: 'extended',
    why: 'the default has options that a silent video cannot have',
    ask: (world) => world.get(`${TASKS}/${world.tasks['silent']}`),
    expected: {
      status: 200,
      schema: 'task.json',
      body: { status: 'ready', metadata: { embedding_options: ['visual'] } },
    },
  },
  refused(SCOPE, 'an empty list', videoBody({ embedding_scope: [] })),
  refused(SCOPE, 'a value twice', videoBody({ embedding_scope: ['clip', 'clip'] })),
  refused(SCOPE, '`local`', videoBody({ embedding_scope: ['local'] }), {
    names: `${SCOPE}[0]`,
    why: '`marengo3.5` has it',
  }),
  refused(SCOPE, '`video`, the word of Embed v1,', videoBody({ embedding_scope: ['video'] }), {
    names: `${SCOPE}[0]`,
  }),
  taken(
    TYPE,
    'both values are taken',
    videoBody({ embedding_type: ['separate_embedding', 'fused_embedding'] }),
  ),
  taken(
    TYPE,
    'a value twice is the value',
    videoBody({ embedding_type: ['fused_embedding', 'fused_embedding'] }),
  ),
  refused(
    TYPE,
    '`fused_embedding` of one option',
    videoBody({ embedding_option: ['visual'], embedding_type: ['fused_embedding'] }),
  ),
  refused(TYPE, 'an empty list', videoBody({ embedding_type: [] })),
  refused('video.time_based_metadata', 'a list', videoBody({ time_based_metadata: [] }), {
    why: '`marengo3.5` has it',
  }),
]
