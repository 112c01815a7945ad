// The bytes of a WebAssembly module (specification 2.0, chapter 5) with one function, written down instruction by
// instruction so that no tool is needed to build it.

const I32 = 0x7f
const V128 = 0x7b

/** Parameters first, in the order of the function's arguments. All are addresses in bytes. */
const LOCAL = { row: 0, rowsEnd: 1, query: 2, queryEnd: 3, sums: 4, number: 5, left: 6, right: 7 } as const
type Local = keyof typeof LOCAL

/** Numbers that one turn of the inner loop takes; rows are filled with zeros to a multiple of it. */
export const NUMBERS_PER_TURN = 32

/** LEB128, the variable length of the format's numbers. */
const number = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)]

/** The same for constants, whose highest bit is the sign; those here are never negative. */
const signedNumber = (value: number): number[] =>
  value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signedNumber(value >>> 7)]

const list = (items: readonly number[][]) => [...number(items.length), ...items.flat()]
const section = (id: number, body: readonly number[]) => [id, ...number(body.length), ...body]
const name = (text: string) => [...number(text.length), ...Buffer.from(text, 'latin1')]

const get = (local: Local) => [0x20, LOCAL[local]]
const set = (local: Local, value: readonly number[]) => [...value, 0x21, LOCAL[local]]
const vectorOp = (code: number, ...operands: number[]) => [0xfd, ...number(code), ...operands]

const addI32 = (one: readonly number[], other: readonly number[]) => [...one, ...other, 0x6a]
const advance = (local: Local, bytes: number) =>
  set(local, addI32(get(local), [0x41, ...signedNumber(bytes)]))
const repeatWhileBelow = (local: Local, end: Local, body: readonly number[]) => {
  const loop = [0x03, 0x40]
  const branchIfBelow = [...get(local), ...get(end), 0x49, 0x0d, 0]
  return [...loop, ...body, ...branchIfBelow, 0x0b]
}

const zeros = vectorOp(0x0c, ...Array.from({ length: 16 }, () => 0))
/** Eight bytes as eight numbers of 16 bits. */
const loadBytes = (offset: number) => [...get('row'), ...vectorOp(0x01, 0, offset)]
const loadNumbers = (offset: number) => [...get('number'), ...vectorOp(0x00, 0, offset)]
const add = (one: readonly number[], other: readonly number[]) => [...one, ...other, ...vectorOp(0xae)]
/** Of eight products the sums of neighbours, as four numbers of 32 bits. */
const products = (bytes: readonly number[], numbers: readonly number[]) => [
  ...bytes,
  ...numbers,
  ...vectorOp(0xba),
]
const lane = (index: number) => [...get('left'), ...vectorOp(0x1b, index)]

// With two sums, so that an addition need not wait for the one before.
const eightNumbers = (turn: number) => {
  const sum = turn % 2 === 0 ? 'left' : 'right'
  return set(sum, add(get(sum), products(loadBytes(turn * 8), loadNumbers(turn * 16))))
}

const oneRow = [
  ...set('number', get('query')),
  ...set('left', zeros),
  ...set('right', zeros),
  ...repeatWhileBelow('number', 'queryEnd', [
    ...[0, 1, 2, 3].flatMap(eightNumbers),
    ...advance('row', NUMBERS_PER_TURN),
    ...advance('number', 2 * NUMBERS_PER_TURN),
  ]),
  ...set('left', add(get('left'), get('right'))),
  ...[...get('sums'), ...addI32(addI32(lane(0), lane(1)), addI32(lane(2), lane(3))), 0x36, 0, 0],
  ...advance('sums', 4),
]

const body = () => {
  const locals = list([
    [1, I32],
    [2, V128],
  ])
  const code = [...locals, ...repeatWhileBelow('row', 'rowsEnd', oneRow), 0x0b]
  return [...number(code.length), ...code]
}

/**
 * A module that imports the memory `in.memory` and exports `multiply(row, rowsEnd, query, queryEnd, sums)`: for each
 * row of bytes from `row` up to `rowsEnd` it writes the product with the query's 16-bit numbers as an int32 to `sums`.
 */
export const kernelModule = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list([[0x60, ...list(Array.from({ length: 5 }, () => [I32])), ...list([])]])),
    ...section(2, list([[...name('in'), ...name('memory'), 0x02, 0x00, 1]])),
    ...section(3, list([[0]])),
    ...section(7, list([[...name('multiply'), 0x00, 0]])),
    ...section(10, list([body()])),
  ])
