import { METRICS } from '../src/domain/metrics.ts'
import { markdownTable } from './markdownTable.ts'

const START = '<!-- metrics: made by npm run docs -->'
const END = '<!-- /metrics -->'

/** The page on running a server with its table of metrics made anew. */
export function withMetricsTable(page: string): string {
  const from = page.indexOf(START)
  const to = page.indexOf(END)
  if (from < 0 || to < from) throw new Error(`docs/operations.md has no ${START} … ${END}`)
  const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(' '),
    help,
  ])
  const table = markdownTable([['metric', 'type', 'labels', 'what it is'], ...rows])
  return `${page.slice(0, from + START.length)}\n\n${table}\n${page.slice(to)}`
}
