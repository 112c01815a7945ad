import {
  MODALITIES,
  SCOPES,
  type Modality,
  type Scope,
  type Space,
  type Warning,
} from '../domain/embedding.ts'
import { EmbedlineError } from '../domain/errors.ts'
import { inLimit, mostBytes } from '../domain/limitFacts.ts'
import type { MediaFacts } from '../domain/media.ts'
import type { ModelFacts } from '../domain/model.ts'
import { planSlices } from '../domain/slices.ts'
import { consumerOf, type Account } from '../domain/task.ts'
import type { Clip, SliceResult, SliceWork } from '../domain/sliceWork.ts'
import type { MediaRequest } from '../domain/taskRequest.ts'
import { getAsset } from '../store/assets.ts'
import { whyMissing } from './chooseModalities.ts'
import { standIn, type MediaSource } from './create.ts'
import { embedClipTexts } from './embedClipTexts.ts'
import { withLocalFile } from './localFile.ts'
import type { TaskParts } from './parts.ts'
import { planMedia } from './planMedia.ts'
import { refuseSpent } from './quotas.ts'
import { assetVectors, sumClips, type ModalitySum } from './sums.ts'
import { remoteOf } from './textVectors.ts'
import { isUnfinished, readCues, usedTracks, type Track } from './transcript/tracks.ts'
import { usableModel } from './usableModel.ts'
import { withinModel, type WithinModel } from './withinModel.ts'

export interface MediaOrder {
  modelName: string
  request: MediaRequest
  source: MediaSource
}

/** Seconds from the start of the file; the vector has unit length. */
export interface MediaEmbedding {
  modality: Modality
  scope: Scope
  space: Space
  startSec: number
  endSec: number
  vector: Float32Array
}

export interface MediaEmbeddings {
  model: ModelFacts
  request: MediaRequest
  durationSec: number
  /** In the order in which results of tasks are read: clips before the asset, by time, by modality. */
  embeddings: readonly MediaEmbedding[]
  warnings: readonly Warning[]
}

/**
 * Embeds a short video or sound while the caller waits, before all slices of tasks. Throws `model_unknown` and what
 * `usableModel` and `withinModel` throw, what a remote model throws, `rate_limited`, `request_invalid` (asset, a modality that was asked
 * for by name and is not there, more than `limits.syncMediaSec`), what fetching a URL throws, `media_unreadable`,
 * `media_has_no_stream`.
 */
export async function embedMediaNow(
  parts: TaskParts,
  account: Account,
  order: MediaOrder,
  signal: AbortSignal,
): Promise<MediaEmbeddings> {
  const model = usableModel(parts, order.modelName)
  // What the model cannot embed is refused before anything is fetched.
  const within = withinModel(order.request, model)
  await parts.usage?.checkMedia(account)
  await refuseSpent(parts, account, ['mediaSecPerDay'])
  const options = { limitBytes: mostBytes(parts.limits, 'fetchBytes'), signal }
  return withLocalFile(parts, account, order.source, options, (file) =>
    embedFile(parts, account, order, { model, within, file }, signal),
  )
}

async function embedFile(
  parts: TaskParts,
  account: Account,
  order: MediaOrder,
  { model, within, file }: { model: ModelFacts; within: WithinModel; file: string },
  signal: AbortSignal,
): Promise<MediaEmbeddings> {
  const facts = await parts.compute.inspect(file, signal)
  checkDuration(parts, facts)
  const tracks = within.request.modalities.includes('transcription')
    ? await tracksOf(parts, account, order.source, facts)
    : []
  const media = { facts, hasTranscript: tracks.length > 0 }
  const { plan, warnings } = planMedia(within.request, media, parts.limits)
  refuseMissing(within.request, plan.modalities)
  const cues = await readCues(parts, { withMedia: (use) => use(file), tracks }, signal)
  const work: SliceWork = {
    file,
    model,
    request: order.request,
    facts,
    modalities: plan.modalities,
    slices: planSlices(order.request.segmentation, plan.startMs, plan.endMs),
    cues: cues.cues,
  }
  await parts.usage?.countMedia(account, (plan.endMs - plan.startMs) / 1000)
  const done = await runSlices(parts, work, signal)
  const mediaMs = plan.endMs - plan.startMs
  parts.tally.count(consumerOf(account), { mediaMs, plannedMs: mediaMs })
  const embeddings = [
    ...(order.request.scopes.includes('clip') ? done.clips.flatMap(clipEmbeddings) : []),
    ...(order.request.scopes.includes('asset') ? assetEmbeddings(done.sums, plan.startMs) : []),
  ]
  if (embeddings.length === 0)
    throw new EmbedlineError('media_unreadable', 'Nothing in the media could be embedded.')
  return {
    model,
    request: order.request,
    durationSec: facts.durationSec ?? 0,
    embeddings: embeddings.toSorted(inReadingOrder),
    warnings: [
      ...standIn(order.modelName, model),
      ...facts.warnings,
      ...within.warnings,
      ...warnings,
      ...cues.warnings,
      ...done.warnings,
    ],
  }
}

async function tracksOf(
  parts: TaskParts,
  account: Account,
  source: MediaSource,
  facts: MediaFacts,
): Promise<Track[]> {
  const found = 'assetId' in source ? await getAsset(parts.store.read, account.id, source.assetId) : undefined
  const media = { accountId: account.id, asset: found?.asset, facts }
  const tracks = await usedTracks(parts.store.read, media)
  if (!isUnfinished(tracks)) return tracks
  const message = 'The subtitles beside it are still looked at; try again, or create a task.'
  throw new EmbedlineError('request_invalid', message, { field: 'assetId' })
}

function checkDuration({ limits }: TaskParts, { durationSec = 0 }: MediaFacts): void {
  if (durationSec <= limits.syncMediaSec) return
  const message = `The media lasts ${durationSec} s; at once at most ${limits.syncMediaSec} s are embedded${inLimit('syncMediaSec')}, create a task for more.`
  throw new EmbedlineError('request_invalid', message)
}

function refuseMissing({ modalities, modalitiesNamed }: MediaRequest, present: readonly Modality[]): void {
  const missing = modalities.find((modality) => !present.includes(modality))
  if (!modalitiesNamed || missing === undefined) return
  throw new EmbedlineError('request_invalid', whyMissing(missing), { field: 'modalities' })
}

async function runSlices(parts: TaskParts, work: SliceWork, signal: AbortSignal) {
  const clips: Clip[] = []
  const sums: ModalitySum[] = []
  const warnings: Warning[] = []
  const remote = remoteOf(parts, work.model)
  remote?.refuseWhileDown()
  const onSlice = async (computed: SliceResult) => {
    const texts = { model: work.model, isUrgent: true, signal }
    const result = remote ? await embedClipTexts(parts, remote, texts, computed) : computed
    clips.push(...result.clips)
    sums.push(...sumClips(result.clips))
    warnings.push(...result.warnings)
  }
  await parts.compute.embedSlicesNow(work, onSlice, signal)
  return { clips, sums, warnings }
}

const clipEmbeddings = ({ startSec, endSec, vectors }: Clip): MediaEmbedding[] =>
  vectors.map(({ modality, space, vector }) => ({
    modality,
    scope: 'clip',
    space,
    startSec,
    endSec,
    vector,
  }))

const assetEmbeddings = (sums: readonly ModalitySum[], startMs: number): MediaEmbedding[] =>
  assetVectors(sums).map(({ endMs, ...same }) => ({
    ...same,
    scope: 'asset',
    startSec: startMs / 1000,
    endSec: endMs / 1000,
  }))

const inReadingOrder = (one: MediaEmbedding, other: MediaEmbedding): number =>
  SCOPES.indexOf(one.scope) - SCOPES.indexOf(other.scope) ||
  one.startSec - other.startSec ||
  MODALITIES.indexOf(one.modality) - MODALITIES.indexOf(other.modality)
