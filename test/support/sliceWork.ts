import { planSlices } from '../../src/domain/slices.ts'
import type { Compute } from '../../src/domain/compute.ts'
import type { SliceResult, SliceWork } from '../../src/domain/sliceWork.ts'
import type { MediaRequest } from '../../src/domain/taskRequest.ts'

export const BUILTIN = { id: 'builtin', revision: '1' }

/** A request for everything there is of a video, in clips of 6 s. */
export const wholeVideo: MediaRequest = {
  input: 'video',
  startSec: 0,
  segmentation: { strategy: 'fixed', durationSec: 6 },
  modalities: ['visual', 'audio', 'transcription'],
  modalitiesNamed: false,
  scopes: ['clip'],
  separate: true,
  fused: false,
}

/** All slices of a file as one piece of work, as a plan would cut them. */
export async function sliceWork(
  compute: Compute,
  file: string,
  over: Partial<MediaRequest> = {},
): Promise<SliceWork> {
  const request = { ...wholeVideo, ...over }
  const facts = await compute.inspect(file)
  const [track] = facts.subtitles
  const isThere = {
    visual: facts.video !== undefined,
    audio: facts.audio !== undefined,
    transcription: track !== undefined,
  }
  return {
    file,
    model: BUILTIN,
    request,
    facts,
    modalities: request.modalities.filter((modality) => isThere[modality]),
    slices: planSlices(request.segmentation, 0, Math.round((facts.durationSec ?? 0) * 1000)),
    cues: track ? await compute.readCues(file, track.stream) : [],
  }
}

/** Embeds to the end and returns the slices. */
export async function embedAll(compute: Compute, work: SliceWork): Promise<SliceResult[]> {
  const results: SliceResult[] = []
  await compute.embedSlices(work, async (result) => void results.push(result), new AbortController().signal)
  return results
}
