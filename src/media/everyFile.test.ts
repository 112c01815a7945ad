import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { EXPECTED, type Expected } from '../../test/media/expected.ts'
import { isLongForm } from '../../test/support/longForm.ts'
import { descendants } from '../../test/support/processTable.ts'
import { missingTestData, testData } from '../../test/support/testData.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { tellsOfLoss, type Warning } from '../domain/embedding.ts'
import { limitsNamed } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import { planSlices } from '../domain/slices.ts'
import { openFrames } from './frameSource.ts'
import { inspect } from './inspect.ts'
import { readPicture } from './picture.ts'
import { openSound } from './soundSource.ts'
import { findTools } from './tools.ts'

const missing = missingTestData('media')
const LIMIT_MS = 60_000
const SIZE = { width: 64, height: 64 }
const limits = limitsNamed('ours')
const tools = findTools()

test.skipIf(missing)(
  'every file of the test media has its line in the table, and no line is left over',
  async () => {
    const found = await readdir(testData('media'), { recursive: true, withFileTypes: true })
    const names = found
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`)
    const root = `${testData('media')}/`
    expect(names.map((name) => name.replace(root, '')).toSorted()).toEqual(Object.keys(EXPECTED).toSorted())
  },
)

/** All of them; every third one of the table where time counts. */
const lookedThrough = Object.entries(EXPECTED).filter((_, at) => isLongForm || at % 3 === 0)

test.skipIf(missing).each(lookedThrough)(
  '%s gives what the table says',
  { timeout: LIMIT_MS },
  async (name, expected) => {
    const { mayBeRead, ...rest } = expected
    const found = await lookThrough(testData(`media/${name}`))
    if (!mayBeRead || found.outcome === 'failed')
      expect(found).toEqual({
        ...rest,
        ...(rest.why !== undefined && { why: expect.stringContaining(rest.why) as string }),
        ...(rest.durationSec !== undefined && { durationSec: expect.closeTo(rest.durationSec, 1) as number }),
      })
    const left = (await descendants(process.pid)).filter(({ text }) => /ffmpeg|ffprobe/.test(text))
    expect(left).toEqual([])
  },
)

/** Does with a file what a task does: looks into it, then decodes all of its slices. */
async function lookThrough(file: string): Promise<Expected> {
  try {
    const facts = await inspect(tools, file, { limits })
    if (facts.isPicture) await readPicture(tools, file, () => SIZE, { limits })
    const warnings = [...facts.warnings, ...(facts.isPicture ? [] : await decodeAll(file, facts))]
    return tell(facts, warnings)
  } catch (failure) {
    if (!(failure instanceof EmbedlineError)) throw failure
    expect(failure.code).toBe('media_unreadable')
    return { outcome: 'failed', why: failure.message }
  }
}

async function decodeAll(file: string, facts: MediaFacts): Promise<Warning[]> {
  const warnings: Warning[] = []
  const options = { limits, onDamage: (warning: Warning) => warnings.push(warning) }
  const frames = openFrames(tools, file, facts, SIZE, options)
  const sound = openSound(tools, file, facts, 16_000, options)
  try {
    let count = 0
    for (const slice of planSlices(
      { strategy: 'fixed', durationSec: 6 },
      0,
      Math.ceil((facts.durationSec ?? 0) * 1000),
    )) {
      for await (const frame of frames.frames(slice)) count += frame.rgb.length > 0 ? 1 : 0
      const { samples } = await sound.sound(slice)
      expect(samples.length).toBe(Math.round((slice.endMs - slice.startMs) * 16))
    }
    expect(count > 0).toBe(facts.video !== undefined)
    return warnings
  } finally {
    await Promise.all([frames.close(), sound.close()])
  }
}

function tell(facts: MediaFacts, warnings: readonly Warning[]): Expected {
  const lost = warnings.some(tellsOfLoss)
  const { video, audio, picture } = facts
  return {
    outcome: lost ? 'partial' : 'ready',
    ...(picture && { picture: `${facts.container} ${picture.width}x${picture.height}` }),
    ...(video && { video: `${video.codec} ${video.width}x${video.height}` }),
    ...(audio && { audio: audio.codec }),
    ...(facts.durationSec !== undefined && { durationSec: facts.durationSec }),
    ...(facts.subtitles.length > 0 && { subtitles: facts.subtitles.map(({ codec }) => codec).join(' ') }),
    ...(!facts.isPicture && !facts.seeksExactly && { readOnce: true }),
    ...(warnings[0] && { why: warnings[0].message }),
  }
}
