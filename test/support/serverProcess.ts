import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../bin/embedline', import.meta.url))

export interface ServerProcess {
  url: string
  pid: number
  process: ChildProcess
  /** Everything it printed so far. */
  output: string[]
  /** Ends it by `signal` and waits until it is gone; returns its exit code (null after a kill). */
  end(signal: NodeJS.Signals): Promise<number | null>
}

const KEYS = 'key-of-one=one,key-of-two=two'

interface Options {
  command?: 'serve' | 'worker'
  /** What takes `serve` and its flags: a program, with words of its own. */
  program?: string | readonly string[]
  port?: number
  /** With none the server makes one of its own. */
  keys?: string
  /** Beside that of the tests. */
  environment?: Readonly<Record<string, string>>
}

/** Starts `embedline serve`, or another command that goes on, as a user would, and waits until it prints its URL. It ends with the test at the latest. */
export async function serverProcess(
  dataFolder: string,
  flags: readonly string[] = [],
  options: Options = {},
): Promise<ServerProcess> {
  const { ready, end } = begin(dataFolder, flags, options)
  onTestFinished(async () => void (await end('SIGKILL')))
  return ready
}

/** The same for several tests; whoever starts it ends it. */
export const startServerProcess = (
  dataFolder: string,
  flags: readonly string[] = [],
  options: Options = {},
): Promise<ServerProcess> => begin(dataFolder, flags, options).ready

function begin(
  dataFolder: string,
  flags: readonly string[],
  { command: name = 'serve', program = PROGRAM, port = 0, keys = KEYS, environment = {} }: Options,
): Pick<ServerProcess, 'end'> & { ready: Promise<ServerProcess> } {
  const [command = '', ...words] = [program].flat()
  const portFlag = name === 'serve' ? '--port' : '--health-port'
  const child = spawn(command, [...words, name, portFlag, String(port), '--data', dataFolder, ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, EMBEDLINE_KEYS: keys, ...environment },
  })
  const output: string[] = []
  const found = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line)
      const url = /https?:\/\/[\w.:[\]]+/.exec(line)?.[0]
      if (url) found.resolve(url)
    })
  const exited = once(child, 'exit').then(([code]) => {
    found.reject(new Error(`the server ended before it was ready:\n${output.join('\n')}`))
    return code as number | null
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exited
  }
  const ready = found.promise.then((url) => ({ url, pid: child.pid ?? 0, process: child, output, end }))
  return { ready, end }
}
