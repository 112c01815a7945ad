-- Divides the tables of a database of Embedline that grow with what is embedded. For a database with hundreds of
-- gigabytes; all servers and workers stopped, and after a backup. Run by a user who owns the tables:
--   psql -v ON_ERROR_STOP=1 -f partitions.sql postgres://…
-- Everything is copied once, so there must be as much free space again. All of it happens or nothing.
begin;

-- By what the keys begin with: a task or a file is in one partition, and every statement names it.
do $$
declare
  parts constant integer := 16; -- a number to choose: of so many partitions the largest is copied, vacuumed or moved alone
  divided record;
begin
  for divided in
    select * from (values
      ('embedding', 'task_id', 'task (id)'),
      ('modality_sum', 'task_id', 'task (id)'),
      ('chunk', 'file_id', 'bucket_file (id)')
    ) as tables (name, key, refers_to)
  loop
    execute format('alter table %I rename to %I', divided.name, divided.name || '_whole');
    execute format('create table %I (like %I including defaults including storage) partition by hash (%I)',
                   divided.name, divided.name || '_whole', divided.key);
    for part in 0 .. parts - 1 loop
      execute format('create table %I partition of %I for values with (modulus %s, remainder %s)',
                     divided.name || '_' || part, divided.name, parts, part);
    end loop;
    execute format('insert into %I select * from %I', divided.name, divided.name || '_whole');
    execute format('drop table %I', divided.name || '_whole');
  end loop;
end $$;

alter table embedding add constraint embedding_pkey
  primary key (task_id, scope_order, position, modality_order);
alter table embedding add constraint embedding_task_id_fkey foreign key (task_id) references task (id);
alter table modality_sum add constraint modality_sum_pkey primary key (task_id, slice_index, modality_order);
alter table modality_sum add constraint modality_sum_task_id_fkey foreign key (task_id) references task (id);
alter table chunk add constraint chunk_pkey primary key (file_id, generation, ordinal);
alter table chunk add constraint chunk_file_id_fkey foreign key (file_id) references bucket_file (id);

-- Events by their number, which rises with time: an old partition empties as its tasks expire, and can be dropped then.
-- What no partition is for goes into the last one: make the next partition before its numbers are reached.
alter table task_event rename to task_event_whole;
alter sequence task_event_id_seq owned by none;
alter index task_event_of_task rename to task_event_whole_of_task;
alter index task_event_of_account rename to task_event_whole_of_account;
create table task_event (like task_event_whole including defaults including storage) partition by range (id);
do $$
declare
  size constant bigint := 100000000;
  given bigint;
begin
  select last_value into given from task_event_id_seq;
  for part in 0 .. given / size + 1 loop
    execute format('create table %I partition of task_event for values from (%s) to (%s)',
                   'task_event_' || part, part * size, (part + 1) * size);
  end loop;
end $$;
create table task_event_rest partition of task_event default;
insert into task_event select * from task_event_whole;
drop table task_event_whole;
alter table task_event add constraint task_event_pkey primary key (id);
create index task_event_of_task on task_event (task_id, id);
create index task_event_of_account on task_event (account_id, id);
alter sequence task_event_id_seq owned by task_event.id;

analyze embedding, modality_sum, chunk, task_event;
commit;
