import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeStringScanner } from './scanStrings.ts'

const KEY = 'base64_string'

/** Scans `text` in chunks of `step` bytes and puts every diverted string back in its place. */
function passThrough(
  text: string,
  step: number,
): { text: string; diverted: { path: string; text: string }[] } {
  const scanner = makeStringScanner(KEY)
  const bytes = Buffer.from(text)
  const kept: Uint8Array[] = []
  const diverted: { path: string; text: string }[] = []
  for (let at = 0; at < bytes.length; at += step) {
    for (const part of scanner.scan(bytes.subarray(at, at + step))) {
      if (part.part === 'kept') kept.push(part.bytes)
      if (part.part === 'begin') diverted.push({ path: part.path, text: '' })
      if (part.part === 'characters') {
        diverted.at(-1)!.text += Buffer.from(part.bytes).toString('latin1')
        kept.push(Buffer.from(JSON.stringify(Buffer.from(part.bytes).toString('latin1')).slice(1, -1)))
      }
    }
  }
  return { text: Buffer.concat(kept).toString(), diverted }
}

/** Every way of writing the same string in JSON. */
const spelled = (text: string) =>
  fc
    .array(fc.constantFrom('plain', 'unicode', 'slash'), { minLength: text.length, maxLength: text.length })
    .map(
      (ways) =>
        `"${text
          .split('')
          .map((character, at) => spell(character, ways[at] ?? 'plain'))
          .join('')}"`,
    )

function spell(character: string, way: string): string {
  if (way === 'unicode') return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return way === 'slash' && character === '/' ? '\\/' : JSON.stringify(character).slice(1, -1)
}

const base64 = fc.base64String({ maxLength: 40 })
const key = fc.oneof(fc.constant(KEY), fc.string({ maxLength: 6 }))

const json = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.json({ maxDepth: 1 }),
    fc.string({ unit: 'binary', maxLength: 8 }).map((text) => JSON.stringify(text)),
    tie('object'),
    tie('array'),
  ),
  array: fc.array(tie('value'), { maxLength: 4 }).map((values) => `[${values.join(' ,\n')}]`),
  object: fc
    .array(
      fc.tuple(key, fc.oneof(base64.chain(spelled), tie('value'))).chain(([name, value]) =>
        // Under the diverted key only strings that are ASCII come back unchanged, and others are refused later.
        spelled(name).map(
          (written) => `${written} : ${name === KEY && value.startsWith('"') ? '"QUJD/w=="' : value}`,
        ),
      ),
      { maxLength: 4 },
    )
    .map((members) => `{\t${members.join(',')} }`),
})).value

test('any JSON text keeps its value, wherever it is cut', () => {
  fc.assert(
    fc.property(json, fc.integer({ min: 1, max: 12 }), (text, step) => {
      expect(JSON.parse(passThrough(text, step).text)).toEqual(JSON.parse(text))
    }),
    { numRuns: 1000 },
  )
})

test('text that is no JSON stays no JSON', () => {
  fc.assert(
    fc.property(
      json,
      fc.nat(),
      fc.constantFrom('"', '\\', '{', ']', ',', ':', 'x', ''),
      (text, place, noise) => {
        const at = place % (text.length + 1)
        const broken = (text.slice(0, at) + noise + text.slice(at + 1)).toWellFormed()
        const parsed = (from: string) => {
          try {
            return { value: JSON.parse(from) as unknown }
          } catch {
            return 'no JSON'
          }
        }
        const { text: kept, diverted } = passThrough(broken, 5)
        // What is malformed inside a diverted string is found by whoever reads that string.
        // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
        if (diverted.some((each) => /[^\x20-\x7e]/.test(each.text))) return
        expect(parsed(kept)).toEqual(parsed(broken))
      },
    ),
    { numRuns: 1000 },
  )
})

test('a string is diverted however its key and its characters are spelled', () => {
  const text = String.raw`{"video":{"media_source":{"base\u00364_string":"QU\/C\u002f\u0041=="}}}`
  for (let step = 1; step < 20; step++) {
    expect(passThrough(text, step).diverted).toEqual([
      { path: 'video.media_source.base64_string', text: 'QU/C/A==' },
    ])
  }
})

test('only strings that are the value of the key are diverted', () => {
  const text = '{"a":"base64_string","b":["base64_string","x"],"base64_string":["x"],"c":{"base64_string":7}}'
  expect(passThrough(text, 4)).toEqual({ text, diverted: [] })
})

test('the place of a diverted string is told, in arrays by its number', () => {
  const text = '[0,{"s":[{"base64_string":"AAAA"},{"x":1,"base64_string":"BBBB"}]}]'
  expect(passThrough(text, 3).diverted).toEqual([
    { path: '[1].s[0].base64_string', text: 'AAAA' },
    { path: '[1].s[1].base64_string', text: 'BBBB' },
  ])
})

test('what is no ASCII in a diverted string comes as bytes above 0x7f', () => {
  const bytes = passThrough(String.raw`{"base64_string":"Aé\u00e9\x\n"}`, 4).diverted[0]?.text
  expect(bytes).toBe('A\u00c3\u00a9\u00ff\u00ff\n')
})
