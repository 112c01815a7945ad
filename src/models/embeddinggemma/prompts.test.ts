import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeNeutraliser, withPrompt } from './prompts.ts'

const SPECIAL = ['<bos>', '<eos>', '<pad>', '<|image|>', '<|image>', '<image|>', '<|audio|>', '[multimodal]']
const neutralised = makeNeutraliser(SPECIAL)

test('a query and a document have the prompts that were published with the model', () => {
  expect(withPrompt('red', 'query')).toBe('task: search result | query: red')
  expect(withPrompt('red', 'document')).toBe('title: none | text: red')
})

test.for([
  ['a <bos> here', 'a < bos> here'],
  ['<|image|><|audio|>', '< |image|>< |audio|>'],
  ['<<bos>bos>', '<< bos>bos>'],
  ['[multimodal]', '[ multimodal]'],
  ['a < b and <b>', 'a < b and <b>'],
  ['<BOS>', '<BOS>'],
] as const)('%s becomes %s', ([text, harmless]) => {
  expect(neutralised(text)).toBe(harmless)
})

test('whatever special tokens are put together from, none is left', () => {
  const piece = fc.constantFrom(...SPECIAL, '<', '>', '|', ' ', 'image', 'b', 'os>', '[', '<|')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = neutralised(pieces.join(''))
      expect(SPECIAL.filter((token) => text.includes(token))).toEqual([])
    }),
  )
})
