import type { FormField } from '../ask.ts'
import type { Rule } from '../rule.ts'

export const MODEL: FormField = ['model_name', 'marengo3.0']

/** A form that a path refuses. */
export const refusedAt =
  (path: string) =>
  (
    field: string,
    rule: string,
    fields: readonly FormField[],
    code = 'parameter_invalid',
    names = field,
  ): Rule => ({
    field,
    rule: `${rule} is 400 \`${code}\``,
    ask: (world) => world.form(path, fields),
    expected: { status: 400, code, names },
  })
