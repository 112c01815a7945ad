import { sql, type Kysely } from 'kysely'

/**
 * Keys are known by an id that outlives their secrets, accounts have quotas, and what both use is counted by day. Who
 * had used what for a limit is told by ids too.
 */
export async function addKeys(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `alter table api_key rename to listed_key`,
  `create table api_key (
    id text primary key,
    account_id text not null references account (id),
    source text not null,
    name text not null,
    hint text not null,
    scopes_json text not null,
    requests_per_minute integer,
    created_by text,
    created_ms integer not null,
    expires_ms integer,
    revoked_ms integer,
    last_used_ms integer
  ) strict, without rowid`,
  `create index api_key_of_account on api_key (account_id, id)`,
  `create table key_secret (
    hash text primary key,
    key_id text not null references api_key (id) on delete cascade,
    created_ms integer not null,
    expires_ms integer
  ) strict, without rowid`,
  `create index key_secret_of_key on key_secret (key_id)`,
  // What they may do is set at the start, with what is listed then.
  `alter table listed_key add column id text`,
  `update listed_key set id = printf('%012x', created_ms) || lower(hex(randomblob(6)))`,
  `insert into api_key (id, account_id, source, name, hint, scopes_json, created_ms)
    select id, account_id, 'config', '', '', '[]', created_ms from listed_key`,
  `insert into key_secret (hash, key_id, created_ms) select hash, id, created_ms from listed_key`,

  `alter table usage rename column key_hash to key_id`,
  `delete from usage where key_id not in (select hash from listed_key)`,
  `update usage set key_id = (select id from listed_key where hash = usage.key_id)`,
  `alter table task rename column key_hash to key_id`,
  `update task set key_id = (select id from listed_key where hash = task.key_id) where key_id is not null`,
  `drop table listed_key`,

  `alter table account add column quotas_json text not null default '{}'`,
  `alter table account add column stored_bytes integer not null default 0`,
  `update account set stored_bytes =
    (select coalesce(sum(size_bytes), 0) from object where object.account_id = account.id)`,
  `create table daily_usage (
    account_id text not null references account (id),
    day_ms integer not null,
    key_id text not null,
    tasks integer not null,
    items integer not null,
    media_ms integer not null,
    planned_ms integer not null,
    tokens integer not null,
    bytes integer not null,
    primary key (account_id, day_ms, key_id)
  ) strict, without rowid`,
  `create index daily_usage_age on daily_usage (day_ms)`,
  `create index api_key_revoked on api_key (revoked_ms) where revoked_ms is not null`,
]
