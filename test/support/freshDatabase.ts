import { Client } from 'pg'
import { inject, onTestFinished } from 'vitest'

let count = 0

/** The URL of a database of PostgreSQL without tables, which goes with the test. */
export async function freshDatabase(): Promise<string> {
  const server = inject('postgresUrl')
  const name = `fresh_${process.pid}_${++count}`
  const administer = (statement: string) =>
    withClient(`${server}/postgres`, (admin) => admin.query(statement))
  await administer(`create database ${name}`)
  onTestFinished(async () => void (await administer(`drop database ${name} with (force)`)))
  return `${server}/${name}`
}

/** Looks into a database, or changes it, from outside. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
