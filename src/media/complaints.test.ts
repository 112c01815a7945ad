import { expect, test } from 'vitest'
import { complaintOfDamage, readableComplaint } from './complaints.ts'

test.each([
  '[h264 @ 0x55b3dfd9a200] error while decoding MB 4 0, bytestream 4289',
  '[aac @ 0x55d0] channel element 2.0 is not allocated\nError while decoding stream #0:1: Invalid data found when processing input',
  '[h264 @ 0x55d0] concealing 120 DC, 120 AC, 120 MV errors in P frame',
])('lost content is damage: %s', (complaints) => {
  expect(complaintOfDamage(complaints)).toBeDefined()
})

test.each([
  '',
  '[h264 @ 0x55d0] mmco: unref short failure',
  '[matroska,webm @ 0x55d0] File ended prematurely',
  '[mov,mp4,m4a,3gp,3g2,mj2 @ 0x55d0] Chapter 0 not found in file',
])('what leaves no trace is no damage: %s', (complaints) => {
  expect(complaintOfDamage(complaints)).toBeUndefined()
})

test('people read neither addresses nor paths', () => {
  expect(
    readableComplaint('[mov @ 0x55d0] moov atom not found\nfile:/data/a b.mp4: Invalid data found\n'),
  ).toBe('Invalid data found')
  expect(readableComplaint('[mov @ 0x55d0] moov atom not found.\n')).toBe('moov atom not found')
  expect(readableComplaint('')).toBe('it could not be read')
})
