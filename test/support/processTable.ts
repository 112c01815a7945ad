import { readdir, readFile } from 'node:fs/promises'

export interface ProcessRow {
  pid: number
  parentPid: number
  /** Its command line, words joined by spaces. */
  text: string
}

/** All processes of this machine (Linux). */
export async function processTable(): Promise<ProcessRow[]> {
  const rows: ProcessRow[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8')
      const text = (await readFile(`/proc/${name}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
      // The second field is the program's name in brackets, which may hold spaces.
      const [state, parentPid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (state !== 'Z') rows.push({ pid: Number(name), parentPid: Number(parentPid), text })
    } catch {
      // It ended while we looked.
    }
  }
  return rows
}

/** The processes below one, at any depth. */
export async function descendants(pid: number): Promise<ProcessRow[]> {
  const rows = await processTable()
  const below = (of: number): ProcessRow[] =>
    rows.filter(({ parentPid }) => parentPid === of).flatMap((row) => [row, ...below(row.pid)])
  return below(pid)
}

/** The most memory that a process has had, of its own and of files, in megabytes. */
export async function peakMemoryMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}
