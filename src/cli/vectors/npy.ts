// Source: NumPy's NPY format, version 1.0 (numpy.lib.format).
const MAGIC = Buffer.from('\u0093NUMPY\u0001\u0000', 'latin1')

/** The header is padded so that the numbers begin at a multiple of 64. */
const HEADER_BYTES = 192

/** What the elements of an array are: little-endian numbers, or texts of so many characters (UTF-32). */
export type ElementType = '<f4' | '<f8' | '<i4' | `<U${number}`

/** What stands before the elements of an array of that shape; always as long. */
export function npyHeader(type: ElementType, shape: readonly number[]): Buffer {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const dictionary = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`
  const length = Buffer.alloc(2)
  const room = HEADER_BYTES - MAGIC.length - length.length
  length.writeUInt16LE(room)
  return Buffer.concat([MAGIC, length, Buffer.from(`${dictionary.padEnd(room - 1)}\n`, 'latin1')])
}

/** A small array of texts, whole. */
export function textArray(texts: readonly string[]): Buffer {
  const points = texts.map((each) => Array.from(each, (character) => character.codePointAt(0) ?? 0))
  const width = Math.max(1, ...points.map(({ length }) => length))
  const elements = Buffer.alloc(texts.length * width * 4)
  for (const [row, characters] of points.entries())
    for (const [at, point] of characters.entries()) elements.writeUInt32LE(point, (row * width + at) * 4)
  return Buffer.concat([npyHeader(`<U${width}`, [texts.length]), elements])
}
