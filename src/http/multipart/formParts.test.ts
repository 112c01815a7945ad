import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formParts } from './formParts.ts'

const TYPE = 'multipart/form-data; boundary=frontier'

async function* pieces(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step)
}

async function read(text: string | Uint8Array, { step = 7, type = TYPE, skipped = '' } = {}) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const found: { name: string; filename?: string; content: string }[] = []
  for await (const { body, ...part } of formParts(pieces(bytes, step), type)) {
    if (part.name === skipped) continue
    const content: Uint8Array[] = []
    for await (const each of body) content.push(Buffer.from(each))
    found.push({ ...part, content: Buffer.concat(content).toString('latin1') })
  }
  return found
}

const field = (name: string, content: string) =>
  `--frontier\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${content}\r\n`

test('parts come in order, wherever the form is cut', async () => {
  const file =
    '--frontier\r\ncontent-type: video/mp4\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n' +
    '\r\n--front\r\n--frontie\r\n\r\n'
  const form = `${field('method', 'direct')}${file}${field('filename', 'b.mp4')}--frontier--\r\n`
  for (let step = 1; step <= form.length; step++)
    expect(await read(form, { step })).toEqual([
      { name: 'method', content: 'direct' },
      { name: 'file', filename: 'a.mp4', content: '\r\n--front\r\n--frontie\r\n' },
      { name: 'filename', content: 'b.mp4' },
    ])
})

test('a form that is cut off is refused, wherever that is', async () => {
  const form = `${field('a', '1')}${field('b', '')}${field('c', 'x'.repeat(9))}--frontier--`
  for (let length = 0; length < form.length; length++)
    await expect(read(form.slice(0, length))).rejects.toMatchObject({ code: 'request_invalid' })
})

test('no more bytes are asked for than the part that is read needs', async () => {
  const form = Buffer.from(`${field('a', 'x'.repeat(500))}${field('b', 'y'.repeat(500))}--frontier--`)
  let taken = 0
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const bytes of pieces(form, 10)) {
      taken += bytes.length
      yield bytes
    }
  }
  for await (const { body } of formParts(counted(), TYPE)) {
    await body.next()
    break
  }
  expect(taken).toBeLessThan(100)
})

test('any bytes come through unchanged', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom('', '\r\n', '\r\n--', '\r\n--frontie'),
      fc.integer({ min: 1, max: 64 }),
      async (bytes, tail, step) => {
        const content = Buffer.concat([bytes, Buffer.from(tail)])
        const [part] = await read(Buffer.concat([Buffer.from(field('x', '').slice(0, -2)), content, END]), {
          step,
        })
        expect(part?.content).toBe(content.toString('latin1'))
      },
    ),
  )
})

const END = Buffer.from('\r\n--frontier--')

test('text before the first part and after the last is skipped, as is a part that nobody reads', async () => {
  const form = `preamble\r\n${field('a', '1')}${field('b', '2')}--frontier--\r\nepilogue`
  expect(await read(form, { skipped: 'a' })).toEqual([{ name: 'b', content: '2' }])
})

test('a form may be empty, and its boundary quoted', async () => {
  expect(await read('--a b--', { type: 'multipart/form-data; charset=utf-8; boundary="a b"' })).toEqual([])
})

test.for([
  ['that ends in a part', '--frontier\r\nContent-Disposition: form-data; name="a"\r\n\r\nhalf'],
  ['that ends in a header', '--frontier\r\nContent-Dispo'],
  ['that ends after a delimiter', `${field('a', '1')}--frontier`],
  ['without any delimiter', 'no form at all'],
  ['of no bytes', ''],
  ['with a part that has no name', '--frontier\r\nContent-Type: text/plain\r\n\r\nx\r\n--frontier--'],
  ['with headers without end', `--frontier\r\nX: ${'x'.repeat(20_000)}\r\n\r\n\r\n--frontier--`],
])('a form %s is refused', async ([, form]) => {
  await expect(read(form ?? '')).rejects.toMatchObject({ code: 'request_invalid' })
})

test.for(['application/json', 'multipart/form-data', 'multipart/mixed; boundary=x', ''])(
  'a body of type %j is refused',
  async (type) => {
    await expect(read('--x--', { type })).rejects.toMatchObject({ code: 'request_invalid' })
  },
)
