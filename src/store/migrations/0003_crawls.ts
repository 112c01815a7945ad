import { sql, type Kysely } from 'kysely'

/** Crawls of sites: how far each is, which pages it knows, and from which page an object of a bucket came. */
export async function addCrawls(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  `create table crawl (
    task_id text primary key references task (id) on delete cascade,
    start_url text not null,
    site text,
    robots_json text not null,
    spent_ms integer not null,
    ended_by text,
    pages_found integer not null,
    pages_fetched integer not null,
    pages_stored integer not null,
    pages_unchanged integer not null,
    pages_duplicate integer not null,
    pages_redirected integer not null,
    pages_skipped integer not null,
    pages_missing integer not null,
    pages_failed integer not null
  ) strict, without rowid`,

  `create table crawl_page (
    id integer primary key,
    task_id text not null references crawl (task_id) on delete cascade,
    url text not null,
    is_start integer not null,
    depth integer not null,
    hops integer not null,
    tries integer not null,
    state text not null,
    reason text,
    message text,
    shape text,
    content_hash text,
    canonical text,
    ignores_canonical integer not null,
    unique (task_id, url)
  ) strict`,
  // In the order in which they are asked for.
  `create index crawl_page_next on crawl_page (task_id, tries, depth, id) where state = 'queued'`,
  `create index crawl_page_shape on crawl_page (task_id, shape) where shape is not null`,
  `create index crawl_page_content on crawl_page (task_id, content_hash) where content_hash is not null`,
  `create index crawl_page_canonical on crawl_page (task_id, canonical) where canonical is not null`,
  `create index crawl_page_failed on crawl_page (task_id, id) where state = 'failed'`,

  `alter table bucket_file add column source_url text`,
]
