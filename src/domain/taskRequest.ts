import type { ClipModality, DocumentModality } from './embedding.ts'
import type { Cue } from './media.ts'
import type { SentenceChunks } from './partWork.ts'
import type { Segmentation } from './slices.ts'

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
