import { sql, type Kysely } from 'kysely'

/** Input that is fetched by a URL: tasks name it, and an asset has no bytes until they have come. */
export async function allowUrlSources(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

// A column cannot be made nullable in place, so the table is made anew.
const STATEMENTS = [
  `alter table task add column source_url text`,
  `create index task_without_input on task (asset_id) where object_hash is null and asset_id is not null`,
  `create table asset_of_0002 (
    id text primary key,
    account_id text not null references account (id),
    state text not null,
    method text not null,
    filename text not null,
    mime_type text not null,
    size_bytes integer not null,
    object_hash text,
    facts_json text,
    user_metadata_json text,
    error_code text,
    error_message text,
    created_ms integer not null,
    updated_ms integer not null
  ) strict`,
  `insert into asset_of_0002
    select id, account_id, state, method, filename, mime_type, size_bytes, object_hash, facts_json, user_metadata_json,
      error_code, error_message, created_ms, updated_ms from asset`,
  `drop table asset`,
  `alter table asset_of_0002 rename to asset`,
  `create index asset_list on asset (account_id, created_ms desc, id desc, mime_type, filename)`,
]
