import { expect, test } from 'vitest'
import { parseCommandLine } from './commandLine.ts'

const command = {
  flags: [
    { name: 'port', placeholder: 'number', meaning: '' },
    { name: 'database-url', placeholder: 'url', meaning: '' },
    { name: 'keep', meaning: '' },
  ],
  operandLimit: 1,
}
const parse = (...words: string[]) => parseCommandLine(words, command)

test('values stand after a space or an equals sign, switches and operands anywhere', () => {
  const line = parse('--port', '80', 'my.mp4', '--keep', '--database-url=sqlite:x=y')
  expect([...line.values]).toEqual([
    ['port', '80'],
    ['database-url', 'sqlite:x=y'],
  ])
  expect([...line.switches]).toEqual(['keep'])
  expect(line.operands).toEqual(['my.mp4'])
})

test('the last one of a repeated flag counts', () => {
  expect(parse('--port', '1', '--port', '2').values.get('port')).toBe('2')
})

test('behind a lone -- everything is an operand', () => {
  expect(parse('--', '--keep').operands).toEqual(['--keep'])
})

test('an unknown flag is named, with the one that was probably meant', () => {
  expect(() => parse('--prot', '80')).toThrow('unknown flag --prot, did you mean --port?')
  expect(() => parse('-x')).toThrow('unknown flag -x')
})

test('a flag without its value is named', () => {
  expect(() => parse('--port')).toThrow('--port wants a value: <number>')
  expect(() => parse('--port', '--keep')).toThrow('--port wants a value: <number>')
})

test('a switch takes no value', () => {
  expect(() => parse('--keep=yes')).toThrow('--keep takes no value')
})

test('an operand too many is named', () => {
  expect(() => parse('a', 'b')).toThrow('there is no place for "b" here')
})
