import { defineConfig } from 'vitest/config'
import { isLongForm } from './test/support/longForm.ts'

/** Tests of what is kept run a second time, on a PostgreSQL that they start themselves. */
const ON_POSTGRES = [
  'src/store/**/*.test.ts',
  'src/queue/**/*.test.ts',
  'test/journeys/compose.test.ts',
  'test/journeys/twoServers.test.ts',
  'test/journeys/workers.test.ts',
  'src/cli/move/**/*.test.ts',
  ...(process.env['EMBEDLINE_POSTGRES_TESTS'] === 'all'
    ? ['src/tasks/**/*.test.ts']
    : ['cancel', 'idempotency', 'partitions', 'severalServers', 'stateMachine', 'watch/follow'].map(
        (name) => `src/tasks/${name}.test.ts`,
      )),
]

/** Packing and installing takes npm a minute; kills of each kind of work take half a minute each, and chaos.test.ts has some of each. */
const LONG = ['package', 'batchKill', 'bucketKill', 'crawlKill', 'documentKill'].map(
  (name) => `test/journeys/${name}.test.ts`,
)

// V8 loses track of its pages of machine code now and then where threads with WebAssembly come and go, as they do in
// tests, and ends the process (nodejs/node#64500): "Check failed: jit_page.has_value()".
const WITHOUT_MEMORY_KEYS =
  process.platform === 'linux' && process.arch === 'x64' ? ['--no-memory-protection-keys'] : []

export default defineConfig({
  test: {
    execArgv: WITHOUT_MEMORY_KEYS,
    reporters: ['default', './test/support/reporter.ts'],
    setupFiles: ['./test/support/strict.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
    // Files that run in one process one after the other share what they import: half of the time is importing else.
    isolate: false,
    projects: [
      { extends: true, test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] } },
      { extends: true, test: { name: 'rooms', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'PostgreSQL',
          include: ON_POSTGRES,
          globalSetup: './test/support/postgresCluster.ts',
        },
      },
      { extends: true, test: { name: 'contract', include: ['test/contract/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'journeys',
          include: ['test/journeys/**/*.test.ts', 'chaos/**/*.test.ts'],
          exclude: [...ON_POSTGRES, ...(isLongForm ? [] : LONG)],
        },
      },
    ],
  },
})
