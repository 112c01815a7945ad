import type { TaskState } from '../../domain/states.ts'
import { isStatus, statesOf } from './present.ts'

export interface StatusFilter {
  states: readonly TaskState[]
  /** Words that are no status: they match nothing. */
  unknown: readonly string[]
}

/** `status`, `status[]` and `status[0]` mean the same. */
const KEY = /^status(?:\[\d*\])?$/

const WHEN_NOT_GIVEN = ['queued', 'processing']

/** The contract's prose has this word for what its answers call `failure`. */
const ALIAS: ReadonlyMap<string, string> = new Map([['failed', 'failure']])

/**
 * Reads which tasks a list is to show, in every spelling that clients have: the key repeated, with brackets, or once
 * with commas. Empty parts count as not given; nothing given means what is not finished.
 */
export function statusFilter(query: URLSearchParams): StatusFilter {
  const given = [...query]
    .filter(([key]) => KEY.test(key))
    .flatMap(([, value]) => value.split(','))
    .map((word) => word.trim())
    .filter((word) => word !== '')
  const words = new Set((given.length > 0 ? given : WHEN_NOT_GIVEN).map((word) => ALIAS.get(word) ?? word))
  return {
    states: [...words].filter(isStatus).flatMap(statesOf),
    unknown: [...words].filter((word) => !isStatus(word)),
  }
}
