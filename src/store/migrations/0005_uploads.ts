import { sql, type Kysely } from 'kysely'

/** Uploads in parts, and the secret that signs the addresses of their parts. */
export async function addUploads(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table secret (
    name text primary key,
    value blob not null
  ) strict, without rowid`,

  `create table upload (
    id text primary key,
    account_id text not null references account (id),
    asset_id text not null unique,
    state text not null,
    filename text not null,
    user_metadata_json text,
    wants_thumbnail integer not null,
    total_bytes integer not null,
    part_bytes integer not null,
    created_ms integer not null,
    updated_ms integer not null,
    expires_ms integer not null
  ) strict, without rowid`,
  `create index upload_active on upload (account_id, created_ms desc, id desc) where state = 'active'`,
  `create index upload_expiry on upload (expires_ms)`,

  `create table upload_part (
    upload_id text not null references upload (id) on delete cascade,
    number integer not null,
    size_bytes integer not null,
    md5 text not null,
    written_ms integer not null,
    reported_ms integer,
    primary key (upload_id, number)
  ) strict, without rowid`,

  `alter table asset add column wants_thumbnail integer not null default 0`,
]
