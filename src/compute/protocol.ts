import type { ErrorCode } from '../domain/errors.ts'
import type { Limits } from '../domain/limits.ts'
import type { Cue, MediaFacts } from '../domain/media.ts'
import type { MixtureAnswer, MixtureWork } from '../domain/mixtureWork.ts'
import type { PartSummary, PartVector, PartWork, PartCut, PartText } from '../domain/partWork.ts'
import type { TextUse, ModelPin } from '../domain/model.ts'
import type {
  CutChunk,
  CutWork,
  DocumentSummary,
  DocumentWork,
  EmbeddedChunk,
} from '../domain/documentWork.ts'
import type { PictureWork, ThumbnailWork, Waveform, WaveformWork } from '../domain/pictureWork.ts'
import type { SliceResult, SliceWork } from '../domain/sliceWork.ts'
import type { ModelSettings } from '../models/settings.ts'
import type { Timing } from '../domain/timing.ts'
import type { Tools } from '../media/tools.ts'

/**
 * What the parent may ask of a child, and what the child answers. What comes in parts is handed over part by part
 * before the answer; the child goes on when the parent has taken one. Both sides are checked against this table.
 */
export interface Requests {
  inspect: { ask: { file: string }; part: never; answer: MediaFacts }
  readCues: { ask: { file: string; stream: number }; part: never; answer: Cue[] }
  readSubtitles: { ask: { file: string; name: string }; part: never; answer: Cue[] }
  embedSlices: { ask: SliceWork; part: SliceResult; answer: undefined }
  embedPart: { ask: PartWork; part: readonly PartVector[]; answer: PartSummary }
  cutPart: { ask: PartCut; part: readonly PartText[]; answer: PartSummary }
  embedDocument: { ask: DocumentWork; part: readonly EmbeddedChunk[]; answer: DocumentEnd<EmbeddedChunk> }
  cutDocument: { ask: CutWork; part: readonly CutChunk[]; answer: DocumentEnd<CutChunk> }
  /** Parts tell how much is loaded, from 0 to 1. */
  loadModel: { ask: { model: ModelPin }; part: number; answer: undefined }
  embedTexts: {
    ask: { model: ModelPin; texts: readonly string[]; use: TextUse }
    part: never
    answer: readonly Float32Array[]
  }
  /** Null for a text that the model cannot take whole. */
  embedBatch: {
    ask: { model: ModelPin; texts: readonly string[] }
    part: never
    answer: readonly (Float32Array | null)[]
  }
  embedSlicesNow: { ask: SliceWork; part: SliceResult; answer: undefined }
  embedMixture: { ask: MixtureWork; part: never; answer: MixtureAnswer }
  embedPicture: { ask: PictureWork; part: never; answer: Float32Array }
  makeThumbnail: { ask: ThumbnailWork; part: never; answer: Uint8Array }
  makeWaveform: { ask: WaveformWork; part: never; answer: Waveform }
}

/** The last chunks come with the answer: a short document costs one message each way, not two. */
export interface DocumentEnd<Made extends CutChunk> {
  lastChunks: readonly Made[]
  summary: DocumentSummary
}

export type RequestName = keyof Requests
export type Ask<Name extends RequestName> = Requests[Name]['ask']
export type Part<Name extends RequestName> = Requests[Name]['part']
export type Answer<Name extends RequestName> = Requests[Name]['answer']

/** All that a child must know before its first request. No secret is among it. */
export interface ChildSettings {
  tools: Tools
  limits: Limits
  models: ModelSettings
}

export interface CallMessage<Name extends RequestName = RequestName> {
  type: 'call'
  id: number
  name: Name
  ask: Ask<Name>
}

/** From parent to child, in this order: `settings` comes first. */
export type ToChild =
  | { type: 'settings'; settings: ChildSettings }
  | CallMessage
  /** Ends a call; the child still answers it, by a failure. */
  | { type: 'cancel'; id: number }
  /** The part that was handed over is settled, the next one may come. */
  | { type: 'taken'; id: number }
  | { type: 'ping' }

/** From child to parent. */
export type ToParent =
  | { type: 'ready' }
  | { type: 'pong'; residentBytes: number }
  /** A unit of a call is done: the call is alive. */
  | { type: 'unit'; id: number }
  | { type: 'part'; id: number; part: Part<RequestName>; timings: readonly Timing[] }
  | { type: 'answer'; id: number; answer: Answer<RequestName>; timings: readonly Timing[] }
  | { type: 'failure'; id: number; failure: SentFailure; timings: readonly Timing[] }

/** An error on its way between processes. */
export interface SentFailure {
  code: ErrorCode
  message: string
  field?: string
  /** Of a failure nobody foresaw: its stack, for the log alone. */
  stack?: string
}
