import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommand } from '../../../test/support/commandRun.ts'
import { COMMANDS } from '../commands.ts'
import { completionOf } from '../completion.ts'
import { placesOf } from './places.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-completion-'))
  mkdirSync(join(folder, 'documents'))
  writeFileSync(join(folder, 'my.mp4'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

const scripts = new Map<string, Promise<string>>()

async function scriptOf(shell: string): Promise<string> {
  return (await runCommand(completionOf(COMMANDS), [shell])).out
}

const script = (shell: string): Promise<string> => {
  const known = scripts.get(shell) ?? scriptOf(shell)
  scripts.set(shell, known)
  return known
}

const isHere = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0

function run(shell: string, args: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(shell, args, { cwd: folder, encoding: 'utf8' })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  return stdout
}

/** What a shell offers where the cursor stands behind the last of the words. */
async function offered(shell: 'bash' | 'fish', ...words: readonly string[]): Promise<string[]> {
  const text = await script(shell)
  const ask =
    shell === 'bash'
      ? `COMP_WORDS=(embedline ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}; _embedline; printf '%s\\n' "\${COMPREPLY[@]}"`
      : `complete -C 'embedline ${words.join(' ')}'`
  const out = run(shell, [...(shell === 'fish' ? ['--no-config'] : []), '-c', `${text}\n${ask}`])
  return out
    .split('\n')
    .map((line) => line.replace(/\t.*/, '').replace(/\/$/, ''))
    .filter(Boolean)
}

test.for(['bash', 'fish'] as const)('%s completes commands, flags and files', async (shell, { skip }) => {
  if (!isHere(shell)) skip(`${shell} is not installed here`)
  expect(await offered(shell, '')).toEqual(
    expect.arrayContaining(['serve', 'demo', 'doctor', 'buckets', 'completion']),
  )
  expect(await offered(shell, 'do')).toEqual(['doctor'])
  expect((await offered(shell, 'buckets', '')).toSorted()).toEqual([
    'crawl',
    'embed',
    'list',
    'put',
    'rm',
    'search',
  ])
  expect((await offered(shell, 'serve', '--requests-per-')).toSorted()).toEqual([
    '--requests-per-day',
    '--requests-per-minute',
  ])
  expect(await offered(shell, 'buckets', '--data', 'x', 'embed', '--chunk')).toEqual(['--chunk-size'])
  expect((await offered(shell, 'completion', '')).toSorted()).toEqual(
    expect.arrayContaining(['bash', 'fish', 'zsh']),
  )
  expect(await offered(shell, 'serve', '--data', 'doc')).toEqual(['documents'])
  expect(await offered(shell, 'demo', 'my')).toEqual(['my.mp4'])
  expect(await offered(shell, 'serve', '--port', '')).toEqual([])
  expect(await offered(shell, 'no-such-command', '--')).toEqual(expect.not.arrayContaining(['--port']))
})

test('zsh takes the script, and completes by it', async ({ skip }) => {
  if (!isHere('zsh')) skip('zsh is not installed here')
  // Completion itself needs a terminal: what it would offer is taken from what it would describe.
  const stub = `
compdef() { :; }
_describe() { print -rl -- "\${(@P)2}"; }
_files() { print files; }
_message() { print value; }
`
  const offers = async (...words: readonly string[]) =>
    run('zsh', [
      '-f',
      '-c',
      `${stub}${await script('zsh')}\nwords=(embedline ${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length + 1}; _embedline`,
    ])
      .split('\n')
      .filter(Boolean)
  expect(await offers('')).toContain('doctor:checks what the server needs')
  expect((await offers('buckets', '')).map((line) => line.replace(/:.*/, ''))).toEqual([
    'list',
    'put',
    'rm',
    'embed',
    'crawl',
    'search',
  ])
  expect(await offers('serve', '--data', '')).toEqual(['files'])
  expect(await offers('serve', '--port', '')).toEqual(['value'])
  expect((await offers('serve', '--')).some((line) => line.startsWith('--port:'))).toBe(true)
})

test('every command and every flag of the table is in the script of every shell', async () => {
  const places = await placesOf(COMMANDS)
  for (const shell of ['bash', 'zsh', 'fish']) {
    const text = await script(shell)
    for (const { words, flags } of places) {
      expect(text).toContain(words)
      for (const { name } of flags) expect(text).toMatch(new RegExp(`(--|-l )${name}\\b`))
    }
  }
})

test('a shell that is none of them is refused by name', async () => {
  await expect(scriptOf('tcsh')).rejects.toThrow('which shell? bash, zsh, fish')
})
