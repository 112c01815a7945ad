import type { Models } from '../tasks/parts.ts'

/** True for the names that a contract gives its models and for the ids of our own, false for those of another contract. */
export const isModelName = (
  models: Pick<Models, 'resolve'>,
  name: string,
  contractNames: readonly string[],
): boolean => contractNames.includes(name) || models.resolve(name)?.id === name
