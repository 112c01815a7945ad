import { SETTING_NAMES, SETTINGS, variableOf, type Setting } from '../src/settings.ts'
import { markdownTable } from './markdownTable.ts'

const START = '<!-- settings: made by npm run docs -->'
const END = '<!-- /settings -->'

/** The table of all settings in Markdown. */
export function settingsTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const setting: Setting<unknown> = SETTINGS[name]
    const shown = setting.fallback ?? setting.fallbackShown ?? ''
    const fallback = setting.fallback === undefined && !shown.includes('<') ? shown : `\`${shown}\``
    return [`\`--${setting.flag}\``, `\`${variableOf(name)}\``, `\`${name}\``, fallback, setting.meaning]
  })
  return markdownTable([['flag', 'variable', 'key of the file', 'default', 'what it is'], ...rows])
}

/** The README with its table of settings made anew. */
export function withSettingsTable(readme: string): string {
  const from = readme.indexOf(START)
  const to = readme.indexOf(END)
  if (from < 0 || to < from) throw new Error(`README.md has no ${START} … ${END}`)
  return `${readme.slice(0, from + START.length)}\n\n${settingsTable()}\n${readme.slice(to)}`
}
