import { expect, test } from 'vitest'
import { damagedFile } from './damagedFile.ts'

test('a file that cannot be used is named without the folder it lies in', () => {
  const cause = new Error('Load model from /srv/my models/onnx/a.onnx failed:Protobuf parsing failed.\n at x')
  const { message } = damagedFile('onnx/a.onnx', cause)
  expect(message).toContain('(Load model from a.onnx failed:Protobuf parsing failed.)')
  expect(message).not.toContain('/srv')
})
