import { expect } from 'vitest'
import { openSource } from '../../src/documents/source.ts'
import { readZip, unpack } from '../../src/documents/zip.ts'

/** The files of an archive, by their names. */
export async function membersOf(path: string): Promise<Map<string, Buffer>> {
  const source = openSource(path, 'out.npz')
  const members = new Map<string, Buffer>()
  for (const [name, entry] of await readZip(source)) {
    const chunks = await Array.fromAsync(unpack(source, entry, { leftBytes: 1e6 }))
    members.set(name, Buffer.concat(chunks))
  }
  return members
}

/** An array as NumPy's format says, read without NumPy. */
export function readNpy(bytes: Buffer | undefined): { descr: string; shape: number[]; bytes: ArrayBuffer } {
  if (!bytes) throw new Error('there is no such array')
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('\u0093NUMPY\u0001\0', 'latin1'))
  const start = 10 + bytes.readUInt16LE(8)
  expect(start % 64).toBe(0)
  const header = bytes.toString('latin1', 10, start)
  expect(header.endsWith('\n')).toBe(true)
  const [, descr = ''] = /'descr': '([^']+)'/.exec(header) ?? []
  const [, sizes = ''] = /'shape': \(([^)]*)\)/.exec(header) ?? []
  const shape = sizes
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  return { descr, shape, bytes: new Uint8Array(bytes.subarray(start)).buffer }
}
