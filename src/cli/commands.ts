import type { Commands } from './command.ts'

const BUCKETS: Commands = {
  list: {
    summary: 'lists the buckets, or the files of one',
    load: async () => (await import('./buckets/list.ts')).list,
  },
  put: {
    summary: 'uploads files and folders into a bucket',
    load: async () => (await import('./buckets/put.ts')).put,
  },
  rm: {
    summary: 'removes objects of a bucket, or what is embedded of it',
    load: async () => (await import('./buckets/rm.ts')).rm,
  },
  embed: {
    summary: 'embeds what is new or changed in a bucket',
    load: async () => (await import('./buckets/embed.ts')).embed,
  },
  crawl: {
    summary: 'crawls a site into a bucket and embeds its pages',
    load: async () => (await import('./buckets/crawl.ts')).crawl,
  },
  search: {
    summary: 'finds the chunks that are nearest to a query',
    load: async () => (await import('./buckets/search.ts')).search,
  },
}

const TASKS: Commands = {
  list: { summary: 'lists tasks', load: async () => (await import('./tasks/list.ts')).list },
  show: {
    summary: 'shows how far a task is, and what of it failed and why',
    load: async () => (await import('./tasks/show.ts')).show,
  },
  watch: {
    summary: 'shows a task until it has ended, or what happens to all',
    load: async () => (await import('./tasks/watch.ts')).watch,
  },
  cancel: { summary: 'ends tasks', load: async () => (await import('./tasks/change.ts')).cancel },
  retry: {
    summary: 'does again what failed of tasks',
    load: async () => (await import('./tasks/change.ts')).retry,
  },
  delete: {
    summary: 'removes tasks with their vectors',
    load: async () => (await import('./tasks/change.ts')).remove,
  },
  export: {
    summary: 'writes vectors of tasks into a file',
    load: async () => (await import('./tasks/export.ts')).exportVectors,
  },
}

const MODELS: Commands = {
  list: {
    summary: 'lists the models that can be pulled, and what is here',
    load: async () => (await import('./models/list.ts')).list,
  },
  pull: {
    summary: 'brings a model here',
    load: async () => (await import('./models/pull.ts')).pull,
  },
  check: {
    summary: 'compares every byte of the models with the lock file',
    load: async () => (await import('./models/check.ts')).check,
  },
  rm: {
    summary: 'removes the files of a model',
    load: async () => (await import('./models/rm.ts')).rm,
  },
}

const KEYS: Commands = {
  create: {
    summary: 'makes a key and prints its secret',
    load: async () => (await import('./keys/create.ts')).create,
  },
  list: { summary: 'lists keys', load: async () => (await import('./keys/list.ts')).list },
  revoke: { summary: 'ends a key', load: async () => (await import('./keys/revoke.ts')).revoke },
  rotate: {
    summary: 'gives a key another secret',
    load: async () => (await import('./keys/rotate.ts')).rotate,
  },
}

const ACCOUNTS: Commands = {
  list: { summary: 'lists accounts', load: async () => (await import('./accounts/list.ts')).list },
  create: { summary: 'makes an account', load: async () => (await import('./accounts/change.ts')).create },
  set: { summary: 'changes its quotas', load: async () => (await import('./accounts/change.ts')).set },
  usage: {
    summary: 'shows what was used, day by day',
    load: async () => (await import('./accounts/usage.ts')).usage,
  },
}

// Each command is loaded when it is asked for: `serve` should not wait for what only `demo` needs.
export const COMMANDS: Commands = {
  serve: { summary: 'starts the server', load: async () => (await import('./serve.ts')).serve },
  worker: {
    summary: 'works on what servers take in, on as many machines as there are',
    load: async () => (await import('./worker.ts')).worker,
  },
  demo: {
    summary: 'embeds a video from start to finish, in a minute, leaving nothing behind',
    load: async () => (await import('./demo.ts')).demo,
  },
  doctor: {
    summary: 'checks what the server needs',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  embed: {
    summary: 'embeds files, folders and URLs into a file of vectors',
    load: async () => (await import('./embed.ts')).embed,
  },
  tasks: { summary: 'shows, watches, ends and exports tasks', commands: TASKS },
  buckets: { summary: 'fills, embeds and searches buckets of documents', commands: BUCKETS },
  models: { summary: 'pulls, checks and removes models', commands: MODELS },
  janitor: {
    summary: 'removes what has expired, or says what that is',
    load: async () => (await import('./janitor.ts')).janitor,
  },
  backup: {
    summary: 'copies a data folder, also while a server runs on it',
    load: async () => (await import('./backup/backup.ts')).backup,
  },
  restore: {
    summary: 'makes a data folder of a backup',
    load: async () => (await import('./backup/restore.ts')).restore,
  },
  move: {
    summary: 'moves from SQLite to PostgreSQL, and stored bytes to S3',
    load: async () => (await import('./move/move.ts')).move,
  },
  keys: { summary: 'makes, lists, revokes and rotates keys', commands: KEYS },
  accounts: { summary: 'makes accounts, with quotas, and shows what they use', commands: ACCOUNTS },
  completion: {
    summary: 'prints what makes a shell complete these words',
    load: async () => (await import('./completion.ts')).completionOf(COMMANDS),
  },
}
