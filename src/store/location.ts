/** Where the database is: the path of SQLite's file, or the address of a database of PostgreSQL. */
export type StoreLocation = { file: string } | { url: string }
