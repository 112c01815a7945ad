import { spawnSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openServer, type OpenedServer } from '../support/withServer.ts'

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome']
const program = PROGRAMS.find((name) => spawnSync(name, ['--version']).status === 0)
const where =
  program === undefined
    ? ''
    : spawnSync('sh', ['-c', `command -v ${program}`])
        .stdout.toString()
        .trim()

let server: OpenedServer
beforeAll(async () => {
  server = await openServer({ compute: '0' })
})
afterAll(() => server.close())

test('in a browser the reference shows every door, asks this server only, and calls it with a key', async ({
  skip,
}) => {
  if (where === '') skip('Chromium is not installed here: apt-get install chromium')
  // Its own background calls are off, so that every request is the page's.
  const browser = await chromium.launch({
    executablePath: where,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(20_000)
    const complaints: string[] = []
    const asked: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    page.on('pageerror', (error) => void complaints.push(String(error)))
    page.on('request', (request) => void asked.push(request.url()))

    await page.goto(`${server.url}/docs`)
    await page.locator('.opblock-tag').first().waitFor()
    const tags = await page.locator('.opblock-tag').allInnerTexts()
    for (const door of ['TwelveLabs', 'Telnyx', 'buckets', 'models', 'Server'])
      expect(tags.some((text) => text.includes(door))).toBe(true)
    expect(await page.locator('.opblock').count()).toBeGreaterThan(40)

    await page.locator('.btn.authorize').click()
    await page.locator('#auth-bearer-value').fill(server.key)
    await page.locator('.auth-container:has(#auth-bearer-value) .btn.authorize').click()
    await page.locator('.btn-done').first().click()
    const operation = page.locator('#operations-buckets-listBuckets')
    await operation.locator('.opblock-summary-control').first().click()
    await operation.locator('.try-out__btn').click()
    await operation.locator('.execute').click()
    const answer = operation.locator('.live-responses-table .response-col_status').first()
    await answer.filter({ hasText: '200' }).waitFor()

    expect(complaints).toEqual([])
    expect(asked.filter((url) => !url.startsWith(`${server.url}/`) && !url.startsWith('data:'))).toEqual([])
  } finally {
    await browser.close()
  }
})
