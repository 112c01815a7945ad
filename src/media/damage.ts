import type { Warning } from '../domain/embedding.ts'
import { complaintOfDamage, readableComplaint } from './complaints.ts'
import type { RunningProgram } from './program.ts'
import { type Stretch, toSeconds } from './stretch.ts'

export interface DamageReport {
  option: 'visual' | 'audio'
  stretch: Stretch
  /** True when the program gave nothing at all for the stretch. */
  isEmpty: boolean
}

/** A warning when what a decoder said since it was last asked means that content was lost; else undefined. */
export function damageOf(
  program: RunningProgram,
  { option, stretch, isEmpty }: DamageReport,
): Warning | undefined {
  const complaints = program.takeComplaints()
  const complaint = complaintOfDamage(complaints) ?? (isEmpty && complaints && readableComplaint(complaints))
  if (!complaint) return undefined
  return {
    code: 'media_damaged',
    message: `The ${option === 'visual' ? 'video' : 'audio'} track is damaged here (${complaint}).`,
    option,
    startSec: toSeconds(stretch.startMs),
    endSec: toSeconds(stretch.endMs),
  }
}
