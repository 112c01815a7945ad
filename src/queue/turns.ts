import { sql } from 'kysely'
import type { Db } from '../domain/tables.ts'

// Turns are counted lane by lane: control items overtake, and would otherwise carry the turn of the others with them.
const EVERYBODY = ''

/** The turn that the account's newest item of the lane has; 0 before the first. */
export const lastTurn = async (db: Db, accountId: string, lane: number): Promise<number> =>
  (await knownTurn(db, accountId, lane)) ?? 0

async function knownTurn(db: Db, accountId: string, lane: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('turn')
    .select('turn')
    .where('account_id', '=', accountId)
    .where('lane', '=', lane)
    .executeTakeFirst()
  return row?.turn
}

export async function setLastTurn(db: Db, accountId: string, lane: number, turn: number): Promise<void> {
  await db
    .insertInto('turn')
    .values({ account_id: accountId, lane, turn })
    .onConflict((conflict) =>
      conflict.columns(['account_id', 'lane']).doUpdateSet({ turn }).where('turn.turn', '<', turn),
    )
    .execute()
}

/** Makes the row of the lane, which claims advance, unless there is one. Returns the latest turn of which an item was claimed. */
export async function ensureLane(db: Db, lane: number): Promise<number> {
  const turn = await knownTurn(db, EVERYBODY, lane)
  if (turn === undefined) await setLastTurn(db, EVERYBODY, lane, 0)
  return turn ?? 0
}

/** Items of this turn are claimed: the lane's current turn is at least this one. */
export const advanceTurn = (db: Db, lane: number, turn: number): Promise<void> =>
  setLastTurn(db, EVERYBODY, lane, turn)

/**
 * Does what `advanceTurn` does, by lane and in one statement, and waits for nobody: whoever claims at the same moment
 * advances the lane too. The lane's row is there since its first item.
 */
export async function advanceTurns(db: Db, turns: ReadonlyMap<number, number>): Promise<void> {
  const latest = [...turns].map(([lane, turn]) => sql`(${sql.lit(lane)}, cast(${turn} as bigint))`)
  await sql`
    with behind as materialized (
      select turn.lane, latest.turn from turn join (values ${sql.join(latest)}) as latest (lane, turn) using (lane)
       where account_id = ${sql.lit(EVERYBODY)} and turn.turn < latest.turn
         for update of turn skip locked)
    update turn set turn = behind.turn from behind
     where account_id = ${sql.lit(EVERYBODY)} and turn.lane = behind.lane`.execute(db)
}

/** The turns in which items of accounts come when they queue up now, in this order, by their ids. */
export async function nextTurns(
  db: Db,
  items: readonly { id: number; account_id: string; lane: number }[],
): Promise<Map<number, number>> {
  const turns = new Map<number, number>()
  const queues = Map.groupBy(items, ({ account_id: accountId, lane }) => `${lane} ${accountId}`)
  for (const queue of queues.values()) {
    const [{ account_id: accountId, lane } = { account_id: '', lane: 0 }] = queue
    let turn = Math.max(await lastTurn(db, accountId, lane), await ensureLane(db, lane))
    for (const { id } of queue) turns.set(id, ++turn)
    await setLastTurn(db, accountId, lane, turn)
  }
  return turns
}
