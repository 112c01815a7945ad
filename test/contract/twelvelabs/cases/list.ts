import type { Answer } from '../../rule.ts'
import { all, givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { OTHER_KEY, TASKS, type World } from '../world.ts'

interface Row {
  _id: string
  status: string
}

interface Page {
  data: Row[]
  page_info: { total_results: number; total_page: number; page: number; limit_per_page: number }
}

const pageOf = ({ body }: Answer) => body as Page
const idsIn = (answer: Answer) => pageOf(answer).data.map(({ _id: id }) => id)
const count = (answer: Answer) => pageOf(answer).data.length

const query = (text: string) => (world: World) => world.get(`${TASKS}?${text}`)

/** Only tasks of before all others, which more tasks do not change. */
const PAGE = { status: 200, schema: 'taskPage.json' }

const empty = (field: string, rule: string, text: string, more: Partial<Rule> = {}): Rule => ({
  field,
  rule,
  ask: query(text),
  expected: { ...PAGE, body: { data: [] } },
  ...more,
})

const refused = (field: string, rule: string, text: string, more: Partial<Rule> = {}): Rule => ({
  field,
  rule: `${rule} is 400`,
  ask: query(text),
  expected: { status: 400, code: 'parameter_invalid', names: field },
  ...more,
})

const rules: Rule[] = [
  {
    rule: 'has a page of ten, newest first, and where it is',
    ask: async (world) => world.idle.get(TASKS),
    expected: { ...PAGE, body: { page_info: { page: 1, limit_per_page: 10 } }, seen: count, is: 10 },
  },
  {
    rule: 'rows have metadata and no vectors, in the older shape',
    ask: query('page_limit=50'),
    expected: { ...PAGE, seen: ({ text }) => text.includes('"embedding":['), is: false },
  },
  {
    field: 'data[].progress',
    rule: 'says how far each task is',
    state: 'extended',
    why: 'the contract has no word on how far a task is',
    ask: query('status=ready&page_limit=50'),
    expected: {
      ...PAGE,
      seen: ({ body }) =>
        (body as { data: { progress: { fraction: number } }[] }).data.every(
          ({ progress }) => progress.fraction === 1,
        ),
      is: true,
    },
  },
  {
    field: 'video_embedding.metadata',
    rule: 'of a video has what was asked for and the duration',
    ask: query('page_limit=50'),
    expected: {
      ...PAGE,
      seen: (answer, { tasks }) =>
        pageOf(answer)
          .data.filter(({ _id }) => _id === tasks['video'])
          .map(
            (row) => (row as unknown as { video_embedding: { metadata: unknown } }).video_embedding.metadata,
          ),
      is: [
        {
          input_filename: 'video-1',
          duration: 6,
          video_clip_length: 3,
          video_embedding_scope: ['clip', 'asset'],
          video_embedding_option: ['visual', 'audio'],
        },
      ],
    },
  },
  {
    field: 'audio_embedding.metadata',
    rule: 'of a sound has its options and scopes by both spellings',
    state: 'extended',
    why: 'the page has the plural, the newest client the singular',
    ask: query('page_limit=50'),
    expected: {
      ...PAGE,
      seen: ({ text }) =>
        ['option', 'options', 'scope', 'scopes'].every((word) => text.includes(`"audio_embedding_${word}":`)),
      is: true,
    },
  },
  {
    field: 'model, warnings',
    rule: 'are in every row too',
    state: 'extended',
    why: 'clients ignore keys that they do not know',
    ask: query('page_limit=1'),
    expected: { ...PAGE, body: { data: [{ model: { id: 'builtin' } }] } },
  },
  {
    field: 'page, page_limit',
    rule: 'pages of one follow each other',
    ask: async ({ idle }) => {
      const two = idsIn(await idle.get(`${TASKS}?page_limit=2`))
      const second = await idle.get(`${TASKS}?page=2&page_limit=1`)
      return { ...second, headers: { ...second.headers, same: String(two[1] === idsIn(second)[0]) } }
    },
    expected: { ...PAGE, headers: { same: 'true' } },
  },
  empty('page', 'past the end is 200 with an empty list', 'page=1000'),
  empty('page', 'far past the end is 200 with an empty list', 'page=999999999999999'),
  refused('page', 'zero', 'page=0', { why: 'no bound is published' }),
  refused('page', 'less than zero', 'page=-1'),
  refused('page', 'a fraction', 'page=1.5'),
  refused('page', 'a word', 'page=one'),
  refused('page', 'nothing', 'page='),
  refused('page', 'a very large number', 'page=1e300'),
  refused('page', 'twice', 'page=1&page=2'),
  {
    field: 'page_limit',
    rule: 'fifty is taken',
    ask: query('page_limit=50'),
    expected: { ...PAGE, body: { page_info: { limit_per_page: 50 } } },
  },
  refused('page_limit', 'fifty-one', 'page_limit=51', { why: 'the page has this bound, not its answer' }),
  refused('page_limit', 'zero', 'page_limit=0'),
  {
    field: 'status',
    rule: '`ready` has what is ready alone',
    ask: query('status=ready&page_limit=50'),
    expected: {
      ...PAGE,
      seen: (answer, { tasks }) => [
        idsIn(answer).includes(tasks['video'] ?? ''),
        idsIn(answer).includes(tasks['failed'] ?? ''),
      ],
      is: [true, false],
    },
  },
  {
    field: 'status',
    rule: '`failed` has what failed alone',
    ask: query('status=failed'),
    expected: {
      ...PAGE,
      seen: (answer, { tasks }) => [
        idsIn(answer).includes(tasks['failed'] ?? ''),
        pageOf(answer).data.every(({ status }) => status === 'failed'),
      ],
      is: [true, true],
    },
  },
  {
    field: 'status',
    rule: '`processing` has what waits too',
    ask: ({ idle }) => idle.get(`${TASKS}?status=processing`),
    expected: { ...PAGE, seen: count, is: 10 },
  },
  empty('status', 'may have nothing', 'status=processing'),
  refused('status', 'a word that is none', 'status=done', { why: 'an empty list would look like an answer' }),
  refused('status', 'capital letters', 'status=READY'),
  refused('status', 'a word of the other dialect', 'status=queued'),
  refused('status', 'twice', 'status=ready&status=failed'),
  {
    field: 'started_at',
    rule: 'a time before all tasks changes nothing',
    ask: query('started_at=2000-01-01T00:00:00Z&page_limit=1'),
    expected: { ...PAGE, seen: count, is: 1 },
  },
  empty('started_at', 'a time to come has nothing', 'started_at=2999-01-01T00:00:00.000Z'),
  empty('ended_at', 'a time before all tasks has nothing', 'ended_at=2000-01-01T00:00:00Z'),
  empty(
    'started_at, ended_at',
    'the wrong way round have nothing',
    'started_at=2001-01-01T00:00:00Z&ended_at=2000-01-01T00:00:00Z',
  ),
  {
    field: 'started_at',
    rule: 'may have an offset',
    ask: query('started_at=2000-01-01T00:00:00%2B02:00&page_limit=1'),
    expected: { ...PAGE, seen: count, is: 1 },
  },
  {
    field: 'started_at',
    rule: 'a plus sign that was not escaped is taken for what it was meant to be',
    state: 'extended',
    why: 'it comes as a space; RFC 3339 has none there',
    ask: query('started_at=2000-01-01T00:00:00+02:00&page_limit=1'),
    expected: { ...PAGE, seen: count, is: 1 },
  },
  {
    field: 'started_at',
    rule: 'is not in the answer: only what was created after it is',
    ask: async (world) => {
      const { data } = pageOf(await world.get(`${TASKS}?page_limit=1`))
      const [{ created_at: created }] = data as unknown as [{ created_at: string }]
      return world.get(`${TASKS}?started_at=${created}`)
    },
    expected: { ...PAGE, body: { data: [] } },
  },
  refused('started_at', 'a word', 'started_at=yesterday'),
  refused('started_at', 'a day without a time', 'started_at=2026-01-01'),
  refused('started_at', 'seconds since 1970', 'started_at=1700000000'),
  refused('ended_at', 'a day that does not exist', 'ended_at=2026-02-30T00:00:00Z'),
  {
    rule: 'other keys of the query are ignored',
    why: 'the pages close bodies, not queries',
    ask: query('page_limit=1&color=red&sort_by=created_at'),
    expected: { ...PAGE, seen: count, is: 1 },
  },
  {
    rule: 'tasks of another account are not shown',
    ask: ({ idle }) => idle.get(`${TASKS}?page_limit=50`, { key: OTHER_KEY }),
    expected: {
      ...PAGE,
      seen: (answer, { idle }) => [idle.strange.task, ...idle.tasks].map((id) => idsIn(answer).includes(id)),
      is: [true, false, false, false],
    },
  },
  {
    rule: 'HEAD has the headers and no body',
    ask: (world) => world.send('HEAD', TASKS),
    expected: { status: 200, seen: ({ text }) => text, is: '' },
  },
  {
    rule: 'a slash at the end changes nothing',
    ask: (world) => world.get(`${TASKS}/?page_limit=1`),
    expected: { ...PAGE, seen: count, is: 1 },
  },
  {
    rule: 'the client walks page by page, until one is empty',
    ask: (world) => world.client(({ embed }) => all(embed.v2.tasks.list({ status: 'failed', pageLimit: 1 }))),
    expected: {
      ...PAGE,
      body: { data: [] },
      seen: (answer) => (givenIn(answer) as Row[]).length === pageOf(answer).page_info.total_results,
      is: true,
    },
  },
  {
    rule: 'the client may send every parameter',
    ask: (world) =>
      world.client(({ embed }) =>
        embed.v2.tasks.list({
          startedAt: '2000-01-01T00:00:00Z',
          endedAt: '2999-01-01T00:00:00Z',
          status: 'ready',
          page: 1,
          pageLimit: 2,
        }),
      ),
    expected: { ...PAGE, seen: count, is: 2 },
  },
  {
    rule: 'the client throws its BadRequestError',
    ask: (world) => world.client(({ embed }) => embed.v2.tasks.list({ startedAt: 'yesterday' })),
    expected: { status: 400, error: 'BadRequestError', names: 'started_at' },
  },
]

export const LIST: Section = { title: 'GET /embed-v2/tasks', method: 'embed.v2.tasks.list', rules }
