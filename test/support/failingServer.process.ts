import { readConfig } from '../../src/config.ts'
import type { FailurePoint } from '../../src/domain/failurePoints.ts'
import { startServer } from '../../src/main.ts'

// `<point> <time> serve --port <port> --data <folder>`: a server that dies when it reaches the point for the nth time.
const [point, time, , , port = '0', , data = ''] = process.argv.slice(2)
let reached = 0
const server = await startServer(
  readConfig({ flags: new Map(Object.entries({ port, data })), folder: data }),
  {
    writeLog: () => {},
    reach(each: FailurePoint) {
      if (each === point && ++reached === Number(time)) process.kill(process.pid, 'SIGKILL')
    },
  },
)
process.stdout.write(`${server.url}\n`)
