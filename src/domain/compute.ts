import type { CutChunk, CutWork, DocumentSummary, DocumentWork, EmbeddedChunk } from './documentWork.ts'
import type { Cue, MediaFacts } from './media.ts'
import type { MixtureAnswer, MixtureWork } from './mixtureWork.ts'
import type { ModelPin, TextUse } from './model.ts'
import type { PartCut, PartSummary, PartText, PartVector, PartWork } from './partWork.ts'
import type { PictureWork, ThumbnailWork, Waveform, WaveformWork } from './pictureWork.ts'
import type { TextOutcome } from './remoteTexts.ts'
import type { SliceResult, SliceWork } from './sliceWork.ts'

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
  /** As `embedPart`, but the texts of a document are handed over without vectors, for a model that another server computes. */
  cutPart(
    work: PartCut,
    onTexts: (texts: readonly PartText[]) => Promise<void>,
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
  /**
   * One outcome for each text, in order: its vector as that of a document, or `text_too_long`. Nobody waits for it: short
   * requests go before.
   */
  embedBatch(
    model: ModelPin,
    texts: readonly string[],
    signal: AbortSignal,
    options?: RunOptions,
  ): Promise<readonly TextOutcome[]>
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

export interface RunOptions {
  /** Nothing else runs in the child meanwhile, so that its death has only one suspect. */
  alone?: boolean
}

/** Whether new work is taken: the model that is used when nothing else is said is loaded, and there is room. */
export type Readiness =
  | { state: 'ready' }
  | { state: 'loading'; fraction: number }
  | { state: 'failed'; message: string }
  | { state: 'disk_full'; message: string }
