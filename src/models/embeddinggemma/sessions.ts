import { join } from 'node:path'
import type { InferenceSession, OnnxValue } from 'onnxruntime-node'
import { graphFile, type Session, type SessionPrecisions } from '../../domain/precision.ts'
import { damagedFile } from './damagedFile.ts'
import type { Runtime } from './library.ts'
import type { RunQueue } from './runQueue.ts'

export type Values = Readonly<Record<string, OnnxValue>>

/** A session as transformers.js calls one. */
export interface RunnableSession {
  readonly inputNames: readonly string[]
  run(inputs: Values): Promise<Values>
  release(): Promise<void>
}

/** What a session computes of what, by the names in the published graphs. */
export interface SessionContract {
  session: Session
  inputs: readonly string[]
  output: string
}

export interface SessionParts {
  runtime: Runtime
  /** Of the model's files. */
  folder: string
  precisions: SessionPrecisions
  threads: number
  inQueue: RunQueue
}

/**
 * Opens a session by its path: the runtime maps the weights, and no byte of them is in JavaScript's memory. Throws
 * `model_damaged`.
 */
export async function openSession(
  { session, inputs, output }: SessionContract,
  { runtime, folder, precisions, threads, inQueue }: SessionParts,
): Promise<RunnableSession> {
  const name = graphFile(session, precisions[session])
  try {
    const opened = await inQueue(() => create(runtime, join(folder, name), threads))
    return {
      inputNames: inputs,
      // Nothing but the output: the graph also gives the states of all tokens, which would be copied.
      run: (feeds) => inQueue(() => opened.run(feeds, [output])),
      release: () => inQueue(() => opened.release()),
    }
  } catch (cause) {
    throw damagedFile(name, cause)
  }
}

const create = (runtime: Runtime, path: string, threads: number): Promise<InferenceSession> =>
  runtime.InferenceSession.create(path, {
    executionProviders: ['cpu'],
    executionMode: 'sequential',
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // The arena would keep the peak of the largest run for ever.
    enableCpuMemArena: false,
    // Else the threads burn processor time after every run. The types say that this is for another runtime; it is not.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    logSeverityLevel: 4,
  })

/** A session that is opened when something is first asked of it, and again when that failed. */
export function lazySession(
  { inputs }: SessionContract,
  open: () => Promise<RunnableSession>,
): RunnableSession {
  let opened: Promise<RunnableSession> | undefined
  const session = () => {
    opened ??= open().catch((failure: unknown) => {
      opened = undefined
      throw failure
    })
    return opened
  }
  return {
    inputNames: inputs,
    run: async (values) => (await session()).run(values),
    release: async () => (await opened)?.release(),
  }
}
