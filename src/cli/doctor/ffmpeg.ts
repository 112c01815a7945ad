import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Check, Fix } from './check.ts'

const run = promisify(execFile)

/** By what is lost without them. Each name is a codec; any decoder for it will do. */
const DECODERS: Readonly<Record<string, readonly string[]>> = {
  video: ['h264', 'hevc', 'av1', 'vp8', 'vp9', 'mpeg4', 'mpeg2video', 'mjpeg'],
  audio: ['aac', 'mp3', 'opus', 'vorbis', 'flac', 'ac3', 'pcm_s16le'],
  subtitles: ['subrip', 'mov_text', 'webvtt', 'ass'],
}

const OLDEST_MAJOR = 4

const INSTALL =
  'Debian and Ubuntu: apt-get install ffmpeg. macOS: brew install ffmpeg. Or set EMBEDLINE_FFMPEG to its path.'

/** Looks for ffmpeg and ffprobe, how old they are, and which of the usual codecs they can't decode. */
export async function checkFfmpeg(
  programs: { ffmpeg: string; ffprobe: string },
  environment: Readonly<Record<string, string>>,
): Promise<Check> {
  const name = 'ffmpeg'
  const options = { env: { ...environment }, timeout: 10_000, maxBuffer: 4_000_000 }
  try {
    const { stdout: about } = await run(programs.ffmpeg, ['-version'], options)
    await run(programs.ffprobe, ['-version'], options)
    const { stdout: decoders } = await run(programs.ffmpeg, ['-v', 'error', '-decoders'], options)
    return judge(versionIn(about), missingIn(decoders))
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const path = error instanceof Error && 'path' in error ? String(error.path) : programs.ffmpeg
    const message = isAbsent ? `${path} was not found` : `${path} does not run: ${String(error)}`
    return {
      name,
      state: 'fail',
      message,
      advice: INSTALL,
      ...(isAbsent && programs.ffmpeg === 'ffmpeg' && fixByApt()),
    }
  }
}

const APT = '/usr/bin/apt-get'
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Root may install it where the system has apt-get. */
function fixByApt(): { fix?: Fix } {
  if (process.getuid?.() !== 0 || !existsSync(APT)) return {}
  const apt = (words: readonly string[]) =>
    run(APT, ['-qq', '-o=Dpkg::Use-Pty=0', ...words], { env: { PATH, DEBIAN_FRONTEND: 'noninteractive' } })
  return {
    fix: {
      what: 'apt-get install ffmpeg (about 100 MB)',
      async run() {
        await apt(['update'])
        await apt(['install', '-y', '--no-install-recommends', 'ffmpeg'])
      },
    },
  }
}

/** Exported for the test: what to say of a version and of the codecs that are missing. */
export function judge(version: string, missing: readonly string[]): Check {
  const name = 'ffmpeg'
  const major = Number.parseInt(version, 10)
  if (major < OLDEST_MAJOR) {
    return { name, state: 'fail', message: `${version} is older than ${OLDEST_MAJOR}.0`, advice: INSTALL }
  }
  if (missing.length === 0) return { name, state: 'ok', message: `${version}, with all usual decoders` }
  return {
    name,
    state: 'warn',
    message: `${version} cannot decode ${missing.join(', ')}`,
    advice: 'Media in these codecs will fail. Your distribution may have a fuller ffmpeg package.',
  }
}

/** `ffmpeg version 5.1.9-0+deb12u1 Copyright …` → `5.1.9-0+deb12u1`; builds from git have no number. */
const versionIn = (about: string): string => /^ffmpeg version n?(\S+)/.exec(about)?.[1] ?? 'unknown version'

/** Lines look like ` V....D libdav1d             dav1d AV1 decoder by VideoLAN (codec av1)`. */
function missingIn(listing: string): string[] {
  const known = new Set<string>()
  for (const line of listing.split('\n')) {
    const [, decoder = '', codec] = /^ [VAS][\w.]{5} (\S+).*?(?:\(codec (\w+)\))?$/.exec(line) ?? []
    known.add(codec ?? decoder)
    known.add(decoder)
  }
  return Object.values(DECODERS)
    .flat()
    .filter((codec) => !known.has(codec))
}
