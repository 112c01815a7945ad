import { expect, test } from 'vitest'
import { sentenceChunks, sentences } from './sentences.ts'

async function* piecesOf(...texts: readonly string[]) {
  for (const text of texts) yield { text, place: {} }
}

const sentencesOf = (...texts: readonly string[]) => Array.fromAsync(sentences(piecesOf(...texts)))

const chunksOf = async (count: number, mostSentences: number, overlapSentences: number) => {
  async function* letters() {
    for (let at = 0; at < count; at++) yield String.fromCharCode(97 + at)
  }
  return Array.fromAsync(sentenceChunks(letters(), { mostSentences, overlapSentences }))
}

test('a sentence goes on over the lines of its paragraph, and ends with it', async () => {
  expect(await sentencesOf('Whales are\nmammals. They sing.\n\nBread', 'needs yeast!')).toEqual([
    'Whales are mammals.',
    'They sing.',
    'Bread',
    'needs yeast!',
  ])
  expect(await sentencesOf('one ', 'and the same.')).toEqual(['one and the same.'])
  expect(await sentencesOf(' \n\n ', '')).toEqual([])
})

test('headings, items and rows are sentences of their own', async () => {
  expect(await sentencesOf('# Notes\nSalt\n- one\n- two\n1. three\n| a | b |\n> said')).toEqual([
    '# Notes',
    'Salt',
    '- one',
    '- two',
    '1. three',
    '| a | b |',
    '> said',
  ])
})

test('other scripts have their own ends of sentences', async () => {
  expect(await sentencesOf('鲸鱼是哺乳动物。它们会唱歌。')).toEqual(['鲸鱼是哺乳动物。', '它们会唱歌。'])
})

test('a long text gives the same sentences whatever pieces it comes in, and none that is endless', async () => {
  const all = Array.from({ length: 20_000 }, (_, at) => `This is number ${at}.`)
  const text = all.join(' ')
  const pieces = Array.from({ length: Math.ceil(text.length / 997) }, (_, at) =>
    text.slice(at * 997, (at + 1) * 997),
  )
  // What ends in the middle of a text goes on only after white space: pieces of readers end so.
  const spaced = pieces.map((piece, at) => {
    const cut = piece.lastIndexOf(' ') + 1
    const before = pieces[at - 1]
    return (
      (before?.slice(before.lastIndexOf(' ') + 1) ?? '') +
      (at + 1 < pieces.length ? piece.slice(0, cut) : piece)
    )
  })
  expect(await sentencesOf(...spaced)).toEqual(all)
  const endless = await sentencesOf(...Array.from({ length: 20 }, () => 'word '.repeat(10_000)))
  expect(Math.max(...endless.map(({ length }) => length))).toBeLessThan(400_000)
  expect(endless.join(' ').split(' ')).toHaveLength(200_000)
})

test('chunks overlap, and none holds only what the one before has', async () => {
  expect(await chunksOf(5, 2, 0)).toEqual(['a b', 'c d', 'e'])
  expect(await chunksOf(5, 3, 1)).toEqual(['a b c', 'c d e'])
  expect(await chunksOf(6, 3, 2)).toEqual(['a b c', 'b c d', 'c d e', 'd e f'])
  expect(await chunksOf(0, 3, 1)).toEqual([])
  expect(await chunksOf(1, 3, 1)).toEqual(['a'])
})
