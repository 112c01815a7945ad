import { z } from 'zod'
import { inLimit, type LimitName } from '../domain/limitFacts.ts'
import type { Limits } from '../domain/limits.ts'

/** What is said of a value beyond a limit; the name of the limit ends the sentence. */
export const beyond = (limits: Limits, name: LimitName): string => `At most ${limits[name]}${inLimit(name)}`

const below = (limits: Limits, name: LimitName): string => `At least ${limits[name]}${inLimit(name)}`

/** A whole number between two limits, beyond which it is refused by their names. */
export const wholeWithin = (
  limits: Limits,
  { least, most }: { least: LimitName | 1; most: LimitName },
): z.ZodInt =>
  (least === 1 ? z.int().min(1) : z.int().min(limits[least], below(limits, least))).max(
    limits[most],
    beyond(limits, most),
  )
