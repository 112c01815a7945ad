import { sql, type Kysely } from 'kysely'

/**
 * Which vectors of tasks an account has, by what they may be compared with: so that a search knows where to look, what
 * it leaves out, and what has changed since it read last. What was embedded before counts from now on.
 */
export async function addVectorSets(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db)
}

const STATEMENTS = [
  // Numbers are never used again: whoever holds vectors in memory knows them by these.
  `create table vector_set (
    id integer primary key autoincrement,
    account_id text not null references account (id),
    model_id text not null,
    model_revision text not null,
    space text not null,
    dimension integer not null,
    vector_count integer not null,
    version integer not null,
    removed_version integer not null,
    unique (account_id, model_id, model_revision, space, dimension)
  ) strict`,

  `create table task_vectors (
    task_id text not null references task (id) on delete cascade,
    set_id integer not null references vector_set (id),
    vector_count integer not null,
    version integer not null,
    primary key (task_id, set_id)
  ) strict, without rowid`,
  `create index task_vectors_changed on task_vectors (set_id, version)`,
  `create index task_of_asset on task (asset_id) where asset_id is not null`,

  `insert into vector_set
      (account_id, model_id, model_revision, space, dimension, vector_count, version, removed_version)
    select account_id, model_id, model_revision, space, length(vector) / 4, count(*), 1, 0
      from embedding join task on task.id = embedding.task_id
     group by account_id, model_id, model_revision, space, length(vector) / 4`,
  `insert into task_vectors (task_id, set_id, vector_count, version)
    select task.id, vector_set.id, count(*), 1
      from embedding
      join task on task.id = embedding.task_id
      join vector_set on vector_set.account_id = task.account_id and vector_set.model_id = task.model_id
       and vector_set.model_revision = task.model_revision and vector_set.space = embedding.space
       and vector_set.dimension = length(embedding.vector) / 4
     group by task.id, vector_set.id`,
]
