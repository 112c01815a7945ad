import type { Db } from '../domain/tables.ts'

// Turns are counted lane by lane: control items overtake, and would otherwise carry the turn of the others with them.
const EVERYBODY = ''

/** The turn that the account's newest item of the lane has; 0 before the first. */
export async function lastTurn(db: Db, accountId: string, lane: number): Promise<number> {
  const row = await db
    .selectFrom('turn')
    .select('turn')
    .where('account_id', '=', accountId)
    .where('lane', '=', lane)
    .executeTakeFirst()
  return row?.turn ?? 0
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

/** The latest turn of which an item of the lane was claimed. */
export const currentTurn = (db: Db, lane: number): Promise<number> => lastTurn(db, EVERYBODY, lane)

/** Items of this turn are claimed: the lane's current turn is at least this one. */
export const advanceTurn = (db: Db, lane: number, turn: number): Promise<void> =>
  setLastTurn(db, EVERYBODY, lane, turn)

/** The turns in which items of accounts come when they queue up now, in this order, by their ids. */
export async function nextTurns(
  db: Db,
  items: readonly { id: number; account_id: string; lane: number }[],
): Promise<Map<number, number>> {
  const turns = new Map<number, number>()
  const queues = Map.groupBy(items, ({ account_id: accountId, lane }) => `${lane} ${accountId}`)
  for (const queue of queues.values()) {
    const [{ account_id: accountId, lane } = { account_id: '', lane: 0 }] = queue
    let turn = Math.max(await lastTurn(db, accountId, lane), await currentTurn(db, lane))
    for (const { id } of queue) turns.set(id, ++turn)
    await setLastTurn(db, accountId, lane, turn)
  }
  return turns
}
