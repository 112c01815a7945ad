import { SETTINGS, SETTING_NAMES, variableOf, type Setting, type SettingName } from '../settings.ts'
import type { Flag } from './command.ts'

/** The flags of some or all settings, with their variables and defaults said in the meaning. */
export const settingFlags = (names: readonly SettingName[] = SETTING_NAMES): Flag[] =>
  names.map((name) => {
    const setting: Setting<unknown> = SETTINGS[name]
    const shown = setting.fallback ?? setting.fallbackShown
    return {
      name: setting.flag,
      placeholder: setting.placeholder,
      meaning: `${setting.meaning} [${variableOf(name)}${shown === undefined ? '' : `, default ${shown}`}]`,
    }
  })
