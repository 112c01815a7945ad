import { sql, type Kysely } from 'kysely'

/**
 * The tables of `domain/tables.ts` as they were at first. `strict`, because SQLite otherwise takes any value in any
 * column. Vectors are read in the order of the key of `embedding`.
 */
export async function createFirstTables(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table account (
    id text primary key,
    name text not null unique,
    user_id text not null,
    created_ms integer not null
  ) strict, without rowid`,

  `create table api_key (
    hash text primary key,
    account_id text not null references account (id),
    created_ms integer not null
  ) strict, without rowid`,

  `create table object (
    account_id text not null references account (id),
    hash text not null,
    size_bytes integer not null,
    reference_count integer not null check (reference_count > 0),
    created_ms integer not null,
    primary key (account_id, hash)
  ) strict, without rowid`,

  `create table asset (
    id text primary key,
    account_id text not null references account (id),
    state text not null,
    method text not null,
    filename text not null,
    mime_type text not null,
    size_bytes integer not null,
    object_hash text not null,
    facts_json text,
    user_metadata_json text,
    error_code text,
    error_message text,
    created_ms integer not null,
    updated_ms integer not null
  ) strict`,
  // Lists count and skip rows in the index alone, filters included; only the rows of the page are read.
  `create index asset_list on asset (account_id, created_ms desc, id desc, mime_type, filename)`,

  `create table task (
    id text primary key,
    account_id text not null references account (id),
    kind text not null,
    state text not null,
    model_name text not null,
    model_id text not null,
    model_revision text not null,
    request_json text not null,
    asset_id text,
    object_hash text,
    bucket text,
    holds_object integer not null,
    filename text,
    open_count integer not null,
    item_count integer not null,
    done_count integer not null,
    failed_count integer not null,
    skipped_count integer not null,
    gone_count integer not null,
    is_planned integer not null,
    plan_json text,
    embedding_count integer not null,
    warnings_json text not null,
    error_code text,
    error_message text,
    created_ms integer not null,
    updated_ms integer not null,
    finished_ms integer,
    expires_ms integer not null
  ) strict`,
  `create index task_list on task (account_id, kind, created_ms desc, id desc, state)`,
  `create index task_expiry on task (expires_ms)`,
  `create index task_open on task (open_count, is_planned) where state in ('queued', 'processing')`,
  `create index task_of_bucket on task (account_id, bucket, id)
    where state in ('queued', 'processing') and bucket is not null`,

  `create table item (
    id integer primary key,
    account_id text not null references account (id),
    kind text not null,
    task_id text references task (id) on delete cascade,
    asset_id text,
    key text not null,
    state text not null,
    lane integer not null,
    turn integer not null,
    attempt integer not null,
    failures integer not null,
    interruptions integer not null,
    is_alone integer not null,
    due_ms integer not null,
    lease_until_ms integer,
    worker text,
    payload_json text not null,
    progress_json text,
    error_code text,
    error_message text,
    created_ms integer not null,
    started_ms integer,
    finished_ms integer
  ) strict`,
  `create unique index item_of_task on item (task_id, key) where task_id is not null`,
  `create unique index item_of_asset on item (asset_id, key) where task_id is null`,
  // One scan in the order of claims; what is not due or of another kind is passed over without reading its row.
  `create index item_claim on item (lane, turn, id, due_ms, kind) where state = 'queued' and is_alone = 0`,
  `create index item_claim_alone on item (lane, turn, id) where state = 'queued' and is_alone = 1`,
  `create index item_lease on item (lease_until_ms) where state = 'running'`,
  `create index item_waiting on item (asset_id) where state = 'queued' and asset_id is not null`,
  `create index item_failed on item (task_id, id) where state = 'failed'`,

  `create table turn (
    account_id text not null,
    lane integer not null,
    turn integer not null,
    primary key (account_id, lane)
  ) strict, without rowid`,

  `create table embedding (
    task_id text not null references task (id),
    scope_order integer not null,
    start_ms integer not null,
    modality_order integer not null,
    end_ms integer not null,
    space text not null,
    vector blob not null,
    primary key (task_id, scope_order, start_ms, modality_order)
  ) strict`,

  `create table modality_sum (
    task_id text not null references task (id),
    slice_index integer not null,
    modality_order integer not null,
    space text not null,
    weight_sec real not null,
    end_ms integer not null,
    sum blob not null,
    primary key (task_id, slice_index, modality_order)
  ) strict`,

  // Numbers are never used again: whoever holds chunks in memory knows them by these.
  `create table embedded_bucket (
    id integer primary key autoincrement,
    account_id text not null references account (id),
    bucket text not null,
    settings_json text not null,
    model_name text not null,
    version integer not null,
    removed_ms integer,
    created_ms integer not null,
    updated_ms integer not null
  ) strict`,
  `create unique index embedded_bucket_of_account on embedded_bucket (account_id, bucket) where removed_ms is null`,
  `create index embedded_bucket_removed on embedded_bucket (removed_ms) where removed_ms is not null`,

  `create table bucket_file (
    id integer primary key autoincrement,
    bucket_id integer not null references embedded_bucket (id),
    key text not null,
    state text not null,
    size_bytes integer not null,
    change_token text not null,
    settings_json text,
    checksum text,
    generation integer not null,
    chunk_count integer not null,
    version integer not null,
    seen_task_id text not null,
    error_code text,
    error_message text,
    created_ms integer not null,
    updated_ms integer not null,
    last_embedded_ms integer,
    unique (bucket_id, key)
  ) strict`,
  `create index bucket_file_changed on bucket_file (bucket_id, version)`,

  `create table removed_file (
    bucket_id integer not null references embedded_bucket (id),
    version integer not null,
    file_id integer not null,
    primary key (bucket_id, version, file_id)
  ) strict, without rowid`,

  `create table chunk (
    file_id integer not null references bucket_file (id),
    generation integer not null,
    ordinal integer not null,
    vector blob not null,
    terms_json text not null,
    place_json text not null,
    text text not null,
    primary key (file_id, generation, ordinal)
  ) strict`,

  `create table idempotency (
    account_id text not null references account (id),
    method text not null,
    path text not null,
    key text not null,
    body_hash text not null,
    status integer not null,
    body text not null,
    created_ms integer not null,
    primary key (account_id, method, path, key)
  ) strict`,
  `create index idempotency_age on idempotency (created_ms)`,
]
