import type { Db, IdempotencyRow } from '../domain/tables.ts'

/** Which create it is: a key means something only with the account, the method and the path it was sent with. */
export interface AnswerKey {
  accountId: string
  method: string
  path: string
  key: string
}

/** What was answered to a create, and to what. */
export interface KeptAnswer {
  /** SHA-256 of the raw body, hex. */
  bodyHash: string
  status: number
  body: string
}

/** The answer kept for this key after `keptAfterMs`. */
export async function readAnswer(
  db: Db,
  key: AnswerKey,
  keptAfterMs: number,
): Promise<KeptAnswer | undefined> {
  const row = await db
    .selectFrom('idempotency')
    .select(['body_hash', 'status', 'body'])
    .where('account_id', '=', key.accountId)
    .where('method', '=', key.method)
    .where('path', '=', key.path)
    .where('key', '=', key.key)
    .where('created_ms', '>', keptAfterMs)
    .executeTakeFirst()
  return row && { bodyHash: row.body_hash, status: row.status, body: row.body }
}

/**
 * Keeps an answer, in the place of one that was kept at or before `keptAfterMs`. False, and nothing is changed, when there
 * is another one; of two at one moment the second waits for what becomes of the first.
 */
export async function keepAnswer(
  db: Db,
  key: AnswerKey,
  { bodyHash, status, body, nowMs, keptAfterMs }: KeptAnswer & { nowMs: number; keptAfterMs: number },
): Promise<boolean> {
  const row: IdempotencyRow = {
    account_id: key.accountId,
    method: key.method,
    path: key.path,
    key: key.key,
    body_hash: bodyHash,
    status,
    body,
    created_ms: nowMs,
  }
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('idempotency')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'method', 'path', 'key'])
        .doUpdateSet(row)
        .where('idempotency.created_ms', '<=', keptAfterMs),
    )
    .executeTakeFirst()
  return numInsertedOrUpdatedRows === 1n
}

/** Removes at most `limit` answers kept at or before `untilMs`. Returns how many. */
export async function removeAnswers(db: Db, untilMs: number, limit: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('idempotency')
    .where((row) =>
      row(
        row.refTuple('account_id', 'method', 'path', 'key'),
        'in',
        row
          .selectFrom('idempotency')
          .select(['account_id', 'method', 'path', 'key'])
          .where('created_ms', '<=', untilMs)
          .limit(limit)
          .$asTuple('account_id', 'method', 'path', 'key'),
      ),
    )
    .executeTakeFirst()
  return Number(numDeletedRows)
}
