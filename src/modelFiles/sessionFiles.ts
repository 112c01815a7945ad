import { graphFile, SESSIONS, type SessionPrecisions } from '../domain/precision.ts'

export { graphFile }

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
