import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { callOf, installation, installationAt } from './installation.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'embedline-installation-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

function packageIn(path: string): string {
  const root = join(folder, path, 'node_modules/embedline')
  mkdirSync(root, { recursive: true })
  return root
}

test('these tests run in a clone', () => {
  expect(`${installation().folder}/`).toBe(fileURLToPath(new URL('../../', import.meta.url)))
  expect(callOf(installation())).toBe('bin/embedline')
})

test('a package in the node_modules of a folder is called through npx', () => {
  const found = installationAt(packageIn('my project'))
  expect(found).toEqual({ kind: 'local', folder: join(folder, 'my project') })
  expect(callOf(found)).toBe('npx embedline')
})

test('a package among npm’s global ones is called by its name', () => {
  const found = installationAt(packageIn('usr/lib'))
  expect(found).toEqual({ kind: 'global', folder: join(folder, 'usr') })
  expect(callOf(found)).toBe('embedline')
})

test('a project that happens to lie in a folder named lib is a project', () => {
  const root = packageIn('usr/lib')
  writeFileSync(join(folder, 'usr/lib/package.json'), '{}')
  expect(installationAt(root)).toEqual({ kind: 'local', folder: join(folder, 'usr/lib') })
})

test('a package that was unpacked and not installed is a folder of its own', () => {
  expect(installationAt(folder)).toEqual({ kind: 'local', folder })
})
