import { expect, test } from 'vitest'
import { withFolder } from '../support/withStore.ts'
import { openServer } from '../support/withServer.ts'

test('a server that is started again goes on counting the day of each key', () =>
  withFolder(async (data) => {
    const flags = { data, compute: '0', 'requests-per-day': '2', 'media-minutes-per-hour': '60' }
    const statuses: number[] = []
    for (let start = 0; start < 3; start++) {
      const server = await openServer(flags)
      const response = await server.fetch('/v1.3/embed-v2/tasks')
      statuses.push(response.status)
      expect(response.headers.get('x-ratelimit-limit')).toBe('2')
      expect(response.headers.get('x-ratelimit-duration-limit')).toBe('3600')
      await server.close()
    }
    expect(statuses).toEqual([200, 200, 429])
  }))
