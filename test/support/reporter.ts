import type { Reporter, TestModule } from 'vitest/node'

/** Prints `N passed, N failed` (and `, N skipped`) alone on the last line, for whoever reads only that. */
export default class LastLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 }
    for (const testModule of modules) {
      for (const test of testModule.children.allTests()) count[test.result().state]++
      // A file that does not even load has no tests to count, and must not pass for that.
      if (!testModule.ok() && [...testModule.children.allTests('failed')].length === 0) count.failed++
    }
    const skipped = count.skipped + count.pending
    // After the default reporter's summary, which is written when this function returns.
    process.once('exit', () => {
      process.stdout.write(
        `${count.passed} passed, ${count.failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
      )
      // Whatever else ends the process: a package that the tests use does so with 0.
      if (count.failed > 0) process.exitCode = 1
    })
  }
}
