import { sql, type Kysely } from 'kysely'

/** Files of accounts, and batches of requests that lie in them. */
export async function addBatches(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table account_file (
    id text primary key,
    account_id text not null references account (id),
    filename text not null,
    purpose text not null,
    object_hash text not null,
    size_bytes integer not null,
    created_ms integer not null,
    expires_ms integer not null
  ) strict`,
  // Ids sort by the time they were made.
  `create index account_file_list on account_file (account_id, id desc, purpose)`,
  `create index account_file_expiry on account_file (expires_ms)`,

  `create table batch (
    task_id text primary key references task (id) on delete cascade,
    input_file_id text not null,
    input_hash text,
    metadata_json text,
    files_kept_ms integer not null,
    requests_total integer not null,
    requests_done integer not null,
    requests_failed integer not null,
    problems_json text not null,
    stop text,
    started_ms integer,
    finalizing_ms integer,
    stopping_ms integer,
    deadline_ms integer not null,
    output_file_id text,
    error_file_id text
  ) strict`,
  `create index batch_open on batch (deadline_ms) where input_hash is not null`,

  `create table batch_stretch (
    task_id text not null references batch (task_id) on delete cascade,
    ordinal integer not null,
    first_line integer not null,
    request_count integer not null,
    start_byte integer not null,
    end_byte integer not null,
    object_hash text,
    done_bytes integer not null,
    failed_bytes integer not null,
    primary key (task_id, ordinal)
  ) strict`,
]
