import type { ModelFacts, ModelPin } from '../domain/model.ts'
import type { TaskParts } from '../tasks/parts.ts'

/** The facts of a model that may have been removed since it was pinned. */
export function factsIfThere(parts: Pick<TaskParts, 'models'>, pin: ModelPin): ModelFacts | undefined {
  try {
    return parts.models.facts(pin)
  } catch {
    return undefined
  }
}
