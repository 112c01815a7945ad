import type { Sqlite } from './sqlite.ts'

/** False for a database that is empty or of another version, whose tables may be others. */
export const hasColumn = (database: Sqlite, table: string, column: string): boolean =>
  database.execute('select 1 from pragma_table_info(?) where name = ?', [table, column]).rows.length > 0
