import { chanceFrom } from '../test/support/unitVectors.ts'

/** What the monkey can do. `kill`: -9, of a server or a worker; `killChild`: of a process that decodes and embeds. */
export const DEEDS = ['kill', 'killChild', 'freeze', 'restartDatabase', 'breakStore', 'fillDisk'] as const

export type DeedKind = (typeof DEEDS)[number]

/** One of them comes with so many kills. */
const KILLS_FOR: Readonly<Record<Exclude<DeedKind, 'kill'>, number>> = {
  killChild: 8,
  freeze: 50,
  restartDatabase: 20,
  breakStore: 20,
  fillDisk: 50,
}

/** A list of deeds with so many kills, in an order of chance: the same for the same seed. */
export function makePlan({
  seed,
  kills,
  can,
}: {
  seed: number
  kills: number
  can: ReadonlySet<DeedKind>
}): DeedKind[] {
  const chance = chanceFrom(seed)
  const plan: DeedKind[] = Array.from({ length: kills }, () => 'kill')
  for (const [kind, each] of Object.entries(KILLS_FOR) as [keyof typeof KILLS_FOR, number][]) {
    const count = can.has(kind) ? Math.ceil(kills / each) : 0
    for (let more = 0; more < count; more++) plan.splice(Math.floor(chance() * (plan.length + 1)), 0, kind)
  }
  return plan
}
