import type { ModelPin } from '../domain/model.ts'

/** A model's real name: as a header, and where a contract has room for one word. */
export const modelWord = ({ id, revision }: ModelPin): string => `${id}@${revision}`
