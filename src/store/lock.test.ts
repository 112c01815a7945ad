import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withFolder } from '../../test/support/withStore.ts'
import { lockFolder } from './lock.ts'

const HOLDER = fileURLToPath(new URL('../../test/support/holdFolder.process.ts', import.meta.url))

test('a folder that another process holds is refused by name, and is free as soon as that process is killed', () =>
  withFolder(async (folder) => {
    const holder = spawn(process.execPath, [HOLDER, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
    const exited = once(holder, 'exit')
    await once(holder.stdout, 'data')
    expect(() => lockFolder(folder)).toThrow(
      `the data folder ${folder} is in use by another Embedline server`,
    )
    holder.kill('SIGKILL')
    await exited
    await lockFolder(folder).close()
  }))

test('a folder is held once within a process too, until it is closed', () =>
  withFolder(async (folder) => {
    const held = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow('in use')
    await held.close()
    await held.close()
    await lockFolder(folder).close()
  }))

test('a folder that is not there is refused by name', () =>
  withFolder(async (folder) => {
    expect(() => lockFolder(`${folder}/missing`)).toThrow(
      `the data folder ${folder}/missing cannot be written`,
    )
  }))
