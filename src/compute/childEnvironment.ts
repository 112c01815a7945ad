/** All that a child, and ffmpeg below it, need of the environment. Never a key or a password. */
const PASSED_ON = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'NODE_COMPILE_CACHE',
] as const

export type Environment = Readonly<Record<string, string | undefined>>

/** What of `environment` a compute child may see. */
export const childEnvironment = (environment: Environment): Environment =>
  Object.fromEntries(
    PASSED_ON.map((name) => [name, environment[name]] as const).filter(([, value]) => value !== undefined),
  )
