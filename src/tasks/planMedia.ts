import { EmbedlineError } from '../domain/errors.ts'
import type { Warning } from '../domain/embedding.ts'
import { inLimit } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { MediaPlan } from '../domain/taskPlan.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { chooseModalities, leftOut, whyMissing } from './chooseModalities.ts'

/**
 * What of the media is embedded, and what of it is left out, with warnings; `hasTranscript` says whether there are lines
 * of what is said, in the media or beside it. Throws `media_has_no_stream` when nothing
 * of what was asked for is in it, `request_invalid` for a stretch beyond its end, and what limits forbid.
 */
export function planMedia(
  request: MediaRequest,
  { facts, hasTranscript }: { facts: MediaFacts; hasTranscript: boolean },
  limits: Limits,
): { plan: MediaPlan; warnings: Warning[] } {
  const { present, missing } = chooseModalities(request, facts, hasTranscript)
  if (present.length === 0) throw new EmbedlineError('media_has_no_stream', missing.map(whyMissing).join(' '))
  if (facts.durationSec === undefined)
    throw new EmbedlineError('media_unreadable', 'The media has no duration: nothing in it can be decoded.')
  checkLimits(facts, facts.durationSec, limits)
  if (request.startSec >= facts.durationSec)
    throw new EmbedlineError(
      'request_invalid',
      `The media ends at ${facts.durationSec} s, before the start that was asked for (${request.startSec} s).`,
    )
  const endSec = Math.min(request.endSec ?? facts.durationSec, facts.durationSec)
  return {
    plan: {
      facts,
      modalities: present,
      startMs: Math.round(request.startSec * 1000),
      endMs: Math.round(endSec * 1000),
    },
    warnings: missing.map(leftOut),
  }
}

function checkLimits(facts: MediaFacts, durationSec: number, limits: Limits): void {
  if (durationSec > limits.mediaMaxSec)
    // The wording with both numbers is one that callers know (specs of the Embed API, section 3.5).
    throw new EmbedlineError(
      'media_too_long',
      `Duration (${durationSec} seconds) exceeds maximum limit of ${limits.mediaMaxSec} seconds (${limits.mediaMaxSec / 60} minutes)${inLimit('mediaMaxSec')}`,
    )
  if (durationSec < limits.mediaMinSec)
    throw new EmbedlineError(
      'request_invalid',
      `The media lasts ${durationSec} s; at least ${limits.mediaMinSec} s are needed${inLimit('mediaMinSec')}.`,
    )
  if (facts.video) checkPictureSize(facts.video, limits)
}

function checkPictureSize({ width, height }: { width: number; height: number }, limits: Limits): void {
  const size = `${width}x${height}`
  if (width < limits.videoMinWidth || height < limits.videoMinHeight)
    throw new EmbedlineError(
      'request_invalid',
      `The video is ${size}; at least ${limits.videoMinWidth}x${limits.videoMinHeight} is needed${inLimit('videoMinWidth', 'videoMinHeight')}.`,
    )
  if (Math.max(width, height) > limits.videoMaxWidth || Math.min(width, height) > limits.videoMaxHeight)
    throw new EmbedlineError(
      'media_too_large',
      `The video is ${size}; at most ${limits.videoMaxWidth}x${limits.videoMaxHeight} is taken${inLimit('videoMaxWidth', 'videoMaxHeight')}.`,
    )
  if (Math.max(width / height, height / width) > limits.videoMaxAspect)
    throw new EmbedlineError(
      'request_invalid',
      `The video is ${size}; its longer side may be ${limits.videoMaxAspect} times the shorter one${inLimit('videoMaxAspect')}.`,
    )
}
