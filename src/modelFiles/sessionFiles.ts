import { type Precision, type Session, SESSIONS, type SessionPrecisions } from '../domain/precision.ts'

const SUFFIX = { fp32: '', q8: '_quantized', q4: '_q4' } as const satisfies Record<Precision, string>

/** The graph of a session: `onnx/vision_encoder_q4.onnx`. */
export const graphFile = (session: Session, precision: Precision): string =>
  `onnx/${session}${SUFFIX[precision]}.onnx`

/** Those of `names` that hold the weights of a graph: `….onnx_data`, `….onnx_data_1` and so on. None: they are inside. */
export const weightFiles = (graph: string, names: Iterable<string>): string[] =>
  [...names].filter(
    (name) => name.startsWith(`${graph}_data`) && /^(_\d+)?$/.test(name.slice(graph.length + 5)),
  )

/** All of `names` that these sessions need, and their graphs whether they are there or not. */
export const sessionFiles = (precisions: SessionPrecisions, names: Iterable<string>): string[] => {
  const there = [...names]
  return SESSIONS.flatMap((session) => {
    const graph = graphFile(session, precisions[session])
    return [graph, ...weightFiles(graph, there)]
  })
}
