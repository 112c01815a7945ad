import { factsOfLimit, LIMIT_NAMES, publicName } from '../src/domain/limitFacts.ts'
import { limitsNamed } from '../src/domain/limits.ts'
import { markdownTable } from './markdownTable.ts'

const START = '<!-- limits: made by npm run docs -->'
const END = '<!-- /limits -->'

/** The page on limits with its table of all bounds made anew. */
export function withLimitsTable(page: string): string {
  const [ours, upstream] = [limitsNamed('ours'), limitsNamed('upstream')]
  const shown = (value: number) => (Number.isFinite(value) ? value.toLocaleString('en-US') : 'none')
  const rows = LIMIT_NAMES.map((name) => {
    const { unit, meaning } = factsOfLimit(name)
    const other = upstream[name] === ours[name] ? '' : shown(upstream[name])
    return [`\`${publicName(name)}\``, shown(ours[name]), other, unit, meaning]
  })
  const table = markdownTable([['name', 'value', 'with `--limits upstream`', 'unit', 'of'], ...rows])
  const from = page.indexOf(START)
  const to = page.indexOf(END)
  if (from < 0 || to < from) throw new Error(`docs/limits.md has no ${START} … ${END}`)
  return `${page.slice(0, from + START.length)}\n\n${table}\n${page.slice(to)}`
}
