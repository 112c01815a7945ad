import { readFile } from 'node:fs/promises'

/**
 * The memory that a process keeps from all others: what it has allocated, not the files that it maps, which the kernel
 * takes back when it needs the room (weights of models, libraries). Undefined where there is no Linux /proc, or no such
 * process.
 */
export async function residentBytes(pid: number): Promise<number | undefined> {
  // `status` and not the shorter `statm`, which counts in pages of a size that only the kernel knows.
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kibibytes = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm)].map(([, count]) =>
    Number(count),
  )
  return kibibytes.length === 0 ? undefined : kibibytes.reduce((sum, count) => sum + count, 0) * 1024
}
