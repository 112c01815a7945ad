import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The outside programs of this room, found once at start and passed to whoever runs them. */
export interface Tools {
  ffmpeg: string
  ffprobe: string
  /** Put before each command: lowers its priority and ends it with its parent. Empty where there is nothing for that. */
  wrap: readonly string[]
}

// ffmpeg must not outlive a child that was killed, and must not slow down the process that answers requests.
const NICE = ['nice', '-n', '10']
const DIE_WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL', '--']

/**
 * Names the programs to run and finds out what can be put before them. `ffmpeg` is a path or a name on PATH; ffprobe
 * is taken from beside it. Does not check that ffmpeg runs: the doctor says what is wrong with it.
 */
export const findTools = ({ ffmpeg = 'ffmpeg' }: { ffmpeg?: string } = {}): Tools => ({
  ffmpeg,
  ffprobe: ffprobeBeside(ffmpeg),
  wrap: WRAPS.find(works) ?? [],
})

const WRAPS = [[...NICE, ...DIE_WITH_PARENT], NICE, DIE_WITH_PARENT]

/** The wrapper does what it should where it can start another program. Waits: it takes a few milliseconds. */
const works = ([command = '', ...before]: readonly string[]): boolean =>
  spawnSync(command, [...before, 'true'], { stdio: 'ignore' }).status === 0

function ffprobeBeside(ffmpeg: string): string {
  const beside = join(dirname(ffmpeg), 'ffprobe')
  return dirname(ffmpeg) !== '.' && existsSync(beside) ? beside : 'ffprobe'
}
