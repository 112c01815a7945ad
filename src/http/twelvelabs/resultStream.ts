import type { Readable } from 'node:stream'
import type { EncodedEmbedding } from '../../domain/embedding.ts'
import type { ModelFacts } from '../../domain/model.ts'
import { streamBody } from '../streamBody.ts'
import { mostShown } from './dimension.ts'
import type { Call } from './route.ts'

type Pages = AsyncIterable<readonly EncodedEmbedding[]>

/** The body of an answer with the vectors of a task, written while they are read, compressed if the caller asks for it. */
export const streamResult = (
  { parts, request, reply }: Pick<Call, 'parts' | 'request' | 'reply'>,
  task: { id: string; facts: ModelFacts | undefined; dimension?: number | undefined },
  write: (pages: Pages) => AsyncIterable<Buffer>,
): Readable =>
  streamBody(
    { request, reply, logger: parts.logger },
    {
      type: 'application/json; charset=utf-8',
      taskId: task.id,
      bytes: () => write(parts.results.embeddings(task.id, shownPart(task))),
    },
  )

const shownPart = ({
  facts,
  dimension,
}: {
  facts: ModelFacts | undefined
  dimension?: number | undefined
}) => (facts?.arePrefixesUsable === true ? { mostNumbers: mostShown(facts, dimension) } : {})
