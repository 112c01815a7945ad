import type { EmbedlineError } from './errors.ts'
import type { ClipModality, DocumentModality, Modality, Space, Warning } from './embedding.ts'
import type { ChunkSettings, Loader, Place } from './document.ts'
import type { Cue, MediaFacts } from './media.ts'
import type { MixtureAnswer, MixtureWork } from './mixtureWork.ts'
import type { TextUse } from './model.ts'
import type { PartSummary, PartVector, PartWork, SentenceChunks } from './partWork.ts'
import type { Segmentation, Slice } from './slices.ts'

/** What a caller wants of vectors, whatever they are of. */
export interface VectorOptions {
  /** So many numbers of each vector, scaled to unit length again. Absent: as many as the contract shows. */
  dimension?: number
  /** With each vector, how far each of its numbers varies within what it stands for. */
  uncertainty?: boolean
  /** The scopes in the words of the caller, for answers that repeat them. */
  scopeNames?: readonly string[]
}

/** What a caller wants of one piece of media, with every default filled in. No word of a wire dialect in it. */
export interface MediaRequest extends VectorOptions {
  input: 'video' | 'audio'
  startSec: number
  /** Absent: to the end of the media. */
  endSec?: number
  segmentation: Segmentation
  /** Never holds `fused`; see `fused`. */
  modalities: readonly ClipModality[]
  /** True when the caller named the modalities: what is named and missing is an error, what is only default is left out. */
  modalitiesNamed: boolean
  scopes: readonly ('clip' | 'asset')[]
  /** One vector per modality. */
  separate: boolean
  /** One vector made of all modalities of a clip. */
  fused: boolean
  /** Words that belong to times of the media: they join the fused vectors of the clips that they overlap. */
  timedTexts?: readonly Cue[]
}

/** What a caller wants of one picture: one vector. */
export interface PictureRequest extends VectorOptions {
  input: 'image'
  modalities: readonly 'visual'[]
  scopes: readonly 'asset'[]
}

/** What a caller wants of one document. What is absent depends on the type of the document, which a look into it tells. */
export interface DocumentRequest extends VectorOptions {
  input: 'document'
  modalities?: readonly DocumentModality[]
  /** One vector for each page or chunk, or one for the whole. */
  scopes?: readonly DocumentScope[]
  /** Of a PDF: pages as a whole, or also the four quarters of each. */
  pages?: 'whole' | 'quadrants'
  /** Of a text: how it is cut into chunks. */
  chunks?: SentenceChunks
}

export type DocumentScope = 'part' | 'asset'

/** What a task is to embed. */
export type TaskRequest = MediaRequest | PictureRequest | DocumentRequest

export const isMediaRequest = (request: TaskRequest): request is MediaRequest =>
  request.input === 'video' || request.input === 'audio'

/** Which model, pinned when the task was created. */
export interface ModelPin {
  id: string
  revision: string
}

/** The pin alone, of anything that has one: facts have more in them than a pipe can carry. */
export const pinOf = ({ id, revision }: ModelPin): ModelPin => ({ id, revision })

/** What the look into the media of a task led to; kept with the task. */
export interface MediaPlan {
  facts: MediaFacts
  /** The modalities that the media really has, of those asked for. */
  modalities: readonly ClipModality[]
  /** What is embedded of the file, in milliseconds from its start. */
  startMs: number
  endMs: number
}

/** What the look into a picture or a document led to; kept with the task. */
export interface PartsPlan {
  facts: MediaFacts
  modalities: readonly DocumentModality[]
  scopes: readonly DocumentScope[]
  startMs: number
}

export type TaskPlan = MediaPlan | PartsPlan

export const isMediaPlan = (plan: TaskPlan): plan is MediaPlan => !('scopes' in plan)

/** One or more neighbouring slices of one file, embedded in order by a compute child. */
export interface SliceWork {
  file: string
  model: ModelPin
  request: MediaRequest
  facts: MediaFacts
  /** The modalities that the file really has, of those asked for. */
  modalities: readonly ClipModality[]
  slices: readonly Slice[]
  /** Subtitle lines whose middle lies in one of the slices. */
  cues: readonly Cue[]
}

export interface ClipVector {
  modality: Modality
  space: Space
  vector: Float32Array
  /** As many numbers as the vector: the standard deviation of each over parts of the clip. */
  uncertainty?: Float32Array
}

/** One segment with its vectors. Seconds from the start of the file. */
export interface Clip {
  startSec: number
  endSec: number
  vectors: readonly ClipVector[]
  /** What is said in it, when a model that another server computes is still to embed it. */
  textToEmbed?: string
}

export interface SliceResult {
  slice: Slice
  clips: readonly Clip[]
  warnings: readonly Warning[]
  /** Set on the last slice when the media ended earlier than its container said. */
  endedAtSec?: number
}

/**
 * What the rest of the server asks of the compute children. Every call ends by a result, or by an EmbedlineError;
 * when `signal` is aborted, by one with code `aborted`. A child that dies, hangs or grows too large ends the calls
 * that it held with `child_crashed`, `child_hung` or `child_out_of_memory`.
 */
export interface Compute {
  /** Looks into a file. Throws `media_unreadable` for what is neither media nor a document that can be embedded. */
  inspect(file: string, signal?: AbortSignal): Promise<MediaFacts>
  /** Reads one subtitle track, all of it. */
  readCues(file: string, stream: number, signal?: AbortSignal): Promise<Cue[]>
  /** Reads a file of subtitles; `name` helps to tell what it is. Throws `no_transcript`, `unsupported_type`. */
  readSubtitles(file: string, name: string, signal?: AbortSignal): Promise<Cue[]>
  /** Embeds slices in order and hands each to `onSlice` when it is done; the next one waits until that returns. */
  embedSlices(
    work: SliceWork,
    onSlice: (result: SliceResult) => Promise<void>,
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<void>
  /**
   * Reads a document, cuts it into chunks and embeds them as documents; hands at most 64 at a time to `onChunks`, the
   * next ones wait until that returns. Throws `unsupported_type`, `document_unreadable`, `document_encrypted`,
   * `document_too_large`, `no_text`, `no_transcript`.
   */
  embedDocument(
    work: DocumentWork,
    onChunks: (chunks: readonly EmbeddedChunk[]) => Promise<void>,
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<DocumentSummary>
  /** As `embedDocument`, but the chunks are handed over without vectors, for a model that another server computes. */
  cutDocument(
    work: CutWork,
    onChunks: (chunks: readonly CutChunk[]) => Promise<void>,
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<DocumentSummary>
  /**
   * Embeds a part of a picture or a document and hands its vectors to `onVectors`, a few at a time. Throws
   * `media_unreadable`, `document_unreadable`, `document_encrypted`, `document_too_large`, `unsupported_type`, `no_text`.
   */
  embedPart(
    work: PartWork,
    onVectors: (vectors: readonly PartVector[]) => Promise<void>,
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<PartSummary>
  /** Goes before slices (lane 0). One unit-length vector per text, in order. */
  embedTexts(
    model: ModelPin,
    texts: readonly string[],
    use: TextUse,
    signal?: AbortSignal,
  ): Promise<Float32Array[]>
  /** Goes before slices (lane 0), one such work at a time in a child. As `embedSlices`, for one that waits. */
  embedSlicesNow(
    work: SliceWork,
    onSlice: (result: SliceResult) => Promise<void>,
    signal?: AbortSignal,
  ): Promise<void>
  /**
   * Goes before slices (lane 0). One vector of a picture, or of a picture and a text together. Throws
   * `media_unreadable` for what is no picture.
   */
  embedPicture(work: PictureWork, signal?: AbortSignal): Promise<Float32Array>
  /**
   * Goes before slices (lane 0). One vector of a text and of media. Throws what reading the media throws, naming the
   * source as `sources.0`, and `request_invalid` for an uncertainty of what has no parts.
   */
  embedMixture(work: MixtureWork, signal?: AbortSignal): Promise<MixtureAnswer>
  /** A small picture of media. Throws `media_has_no_stream`, `media_unreadable`. */
  makeThumbnail(work: ThumbnailWork, signal?: AbortSignal): Promise<Uint8Array>
  /** The outline of the sound of media. Throws `media_has_no_stream`, `media_unreadable`. */
  makeWaveform(work: WaveformWork, signal?: AbortSignal): Promise<Waveform>
}

export interface ThumbnailWork {
  file: string
  facts: MediaFacts
  /** Of a video. */
  atSec: number
  /** Pixels. */
  mostWidth: number
  format: 'jpeg' | 'webp'
}

export interface WaveformWork {
  file: string
  facts: MediaFacts
  /** How many stretches of equal length. */
  points: number
}

/** Of each stretch the lowest and the highest sample, -1..1. */
export interface Waveform {
  durationSec: number
  lowest: Float32Array
  highest: Float32Array
}

export interface PictureWork {
  model: ModelPin
  file: string
  /** Present: one vector of both. */
  text?: string
}

/** Whether the model that is used when nothing else is said is loaded. */
export type Readiness =
  { state: 'ready' } | { state: 'loading'; fraction: number } | { state: 'failed'; message: string }

/**
 * Texts that another server embeds, called from this process. Every vector was checked: it has the dimension of the
 * model's facts and unit length.
 */
export interface RemoteTexts {
  /**
   * One outcome for each text, in order: its vector, or why just this text cannot be embedded (`text_too_long`,
   * `remote_refused`, `remote_unavailable`). Throws `aborted`, and `remote_unavailable` with `retryAfterMs` while the
   * server is down: then nothing is wrong with the texts.
   */
  embed(
    model: ModelPin,
    texts: readonly string[],
    use: TextUse,
    options?: RemoteOptions,
  ): Promise<readonly TextOutcome[]>
  /** Throws `remote_unavailable` with `retryAfterMs` while it is known that the server is down. */
  refuseWhileDown(): void
}

export type TextOutcome = Float32Array | EmbedlineError

export interface RemoteOptions {
  /** Goes before the texts of others: somebody waits for the answer. */
  isUrgent?: boolean
  signal?: AbortSignal | undefined
}

export interface RunOptions {
  /** Nothing else runs in the child meanwhile, so that its death has only one suspect. */
  alone?: boolean
}

/** One document to be read and cut by a compute child. */
export interface CutWork {
  file: string
  /** The last part of its key: breaks ties where the content does not say what it is. */
  name: string
  chunks: ChunkSettings
  loader: Loader
}

/** One document to be read, cut and embedded by a compute child. */
export interface DocumentWork extends CutWork {
  model: ModelPin
}

/** A chunk that has no vector yet. */
export interface CutChunk {
  /** Counts from 0 in the order of the document. */
  ordinal: number
  text: string
  place: Place
  /** How often each term stands in the chunk, as JSON: `{"refund":2}`. As text it goes as it is to where it is kept. */
  termsJson: string
}

export interface EmbeddedChunk extends CutChunk {
  /** Of the model's text space, unit length. */
  vector: Float32Array
}

export interface DocumentSummary {
  chunkCount: number
  /** Of all chunks, as limits on text count them. */
  textTokens: number
  /** MD5 of the bytes that were read, hex. */
  checksum: string
  sizeBytes: number
}
