import { readFile } from 'node:fs/promises'

/** The resident memory of a process. Undefined where there is no Linux /proc, or no such process. */
export async function residentBytes(pid: number): Promise<number | undefined> {
  // `status` and not the shorter `statm`, which counts in pages of a size that only the kernel knows.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? []
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
}
