import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { serverProcess } from '../support/serverProcess.ts'

const PROGRAM = fileURLToPath(new URL('../../bin/embedline', import.meta.url))

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'embedline-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function serve(dataFolder: string) {
  const child = spawn(PROGRAM, ['serve', '--port', '0', '--data', dataFolder], { stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  const [printed, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  return { printed, code: code as number }
}

test.each<[string, (folder: string) => string]>([
  [
    'is a file',
    (folder) => {
      writeFileSync(join(folder, 'data'), '')
      return join(folder, 'data')
    },
  ],
  [
    'lies below a file',
    (folder) => {
      writeFileSync(join(folder, 'file'), '')
      return join(folder, 'file', 'data')
    },
  ],
  [
    'holds a folder where the key should be',
    (folder) => {
      mkdirSync(join(folder, 'admin.key'))
      return folder
    },
  ],
  [
    'holds a folder where the address should be',
    (folder) => {
      mkdirSync(join(folder, 'server.json'))
      return folder
    },
  ],
  [
    'holds a file where the objects should be',
    (folder) => {
      writeFileSync(join(folder, 'objects'), '')
      return folder
    },
  ],
  [
    'holds a database of garbage',
    (folder) => {
      writeFileSync(join(folder, 'embedline.db'), 'no database '.repeat(1000))
      return folder
    },
  ],
])('a server whose data folder %s says so in one sentence that names it', async (_, prepare) => {
  const folder = prepare(emptyFolder())
  const { printed, code } = await serve(folder)
  expect(printed).toMatch(/^embedline: .*\n$/)
  expect(printed).toContain(folder)
  expect(code).toBe(1)
})

test('a server goes on when nobody reads its log any more', async () => {
  const server = await serverProcess(emptyFolder())
  server.process.stderr?.destroy()
  server.process.stdout?.destroy()
  for (let request = 0; request < 3; request++)
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
  expect(await server.end('SIGTERM')).toBe(0)
})
