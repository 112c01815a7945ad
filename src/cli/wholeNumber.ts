import { EmbedlineError } from '../domain/errors.ts'

/** The value of a flag that takes a whole number. Throws `request_invalid` for anything else. */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new EmbedlineError(
    'request_invalid',
    `--${flag} is "${text}", expected a whole number from ${least} to ${most}`,
  )
}
