import type { Models } from '../tasks/parts.ts'

/** True for the names that a contract gives its models and for our own, false for those of another contract. */
export const isModelName = (
  models: Pick<Models, 'isOwnName'>,
  name: string,
  contractNames: readonly string[],
): boolean => contractNames.includes(name) || models.isOwnName(name)
