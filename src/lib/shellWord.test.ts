import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellWord } from './shellWord.ts'

test.each([`it's`, 'two words', '$HOME "x" `y`', 'a\nb', 'plain/path.mp4'])(
  'a shell reads %j as one word again',
  (word) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(word)}`]).toString()).toBe(word)
  },
)
