import { createWriteStream, type WriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import protobuf from 'protobufjs'

/** Name, number and type of the fields that are used of each message of onnx.proto; `*` repeats. */
const MESSAGES = {
  ModelProto: 'irVersion 1 int64, graph 7 GraphProto, opsetImport 8 OperatorSetIdProto *',
  OperatorSetIdProto: 'domain 1 string, version 2 int64',
  GraphProto:
    'node 1 NodeProto *, name 2 string, initializer 5 TensorProto *, input 11 ValueInfoProto *, output 12 ValueInfoProto *',
  NodeProto:
    'input 1 string *, output 2 string *, name 3 string, opType 4 string, attribute 5 AttributeProto *, domain 7 string',
  AttributeProto: 'name 1 string, f 2 float, i 3 int64, ints 8 int64 *, type 20 int32',
  TensorProto:
    'dims 1 int64 *, dataType 2 int32, name 8 string, rawData 9 bytes, externalData 13 StringStringEntryProto *, dataLocation 14 int32',
  StringStringEntryProto: 'key 1 string, value 2 string',
  ValueInfoProto: 'name 1 string, type 2 TypeProto',
  TypeProto: 'tensorType 1 TensorTypeProto',
  TensorTypeProto: 'elemType 1 int32, shape 2 TensorShapeProto',
  TensorShapeProto: 'dim 1 DimensionProto *',
  DimensionProto: 'dimParam 2 string',
} as const

const ModelProto = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(MESSAGES).map(([name, fields]) => [name, message(fields)])),
}).lookupType('ModelProto')

function message(fields: string) {
  const each = fields.split(', ').map((field) => {
    const [name = '', id, type = '', repeats] = field.split(' ')
    // ONNX is proto2: nothing is packed.
    return [name, { id: Number(id), type, ...(repeats && { rule: 'repeated', options: { packed: false } }) }]
  })
  return { edition: 'proto2', fields: Object.fromEntries(each) as Record<string, protobuf.IField> }
}

export const ELEMENT = { float32: 1, uint8: 2, int8: 3, int64: 7, bool: 9 } as const

export type Element = keyof typeof ELEMENT
type Attributes = Readonly<Record<string, number | readonly number[]>>
/** The name of a value in the graph. */
export type Value = string

/** One graph on its way into a file, its weights beside it. */
export interface OnnxFile {
  input(name: string, type: Element, dims: readonly string[]): Value
  output(value: Value, name: string, dims: readonly string[]): void
  readonly op: (type: string, inputs: readonly Value[], attributes?: Attributes) => Value
  /** An operator of several outputs, or one of ONNX Runtime's own. */
  ops(
    type: string,
    inputs: readonly Value[],
    attributes: Attributes,
    outputs: number,
    domain?: string,
  ): Value[]
  /** A small tensor that stays in the graph. */
  constant(type: Element, dims: readonly number[], values: readonly number[]): Value
  /** Weights that lie beside it. */
  weights(type: Element, dims: readonly number[], bytes: Uint8Array): Promise<Value>
  close(): Promise<void>
}

/** Begins `<path>.onnx` and `<path>.onnx_data`. */
export function openOnnxFile(path: string): OnnxFile {
  const dataName = `${path.slice(path.lastIndexOf('/') + 1)}.onnx_data`
  const data = createWriteStream(`${path}.onnx_data`)
  const nodes: object[] = []
  const initializers: object[] = []
  const inputs: object[] = []
  const outputs: object[] = []
  let [count, offset] = [0, 0]
  const add = (type: string, from: readonly Value[], attributes: Attributes, to: Value[], domain = '') => {
    nodes.push({
      name: `${type}_${count++}`,
      opType: type,
      input: from,
      output: to,
      attribute: asAttributes(attributes),
      domain,
    })
    return to
  }
  const names = (many: number) => Array.from({ length: many }, () => `v${count++}`)
  const op: OnnxFile['op'] = (type, from, attributes = {}) =>
    add(type, from, attributes, names(1))[0] as Value

  return {
    input(name, type, dims) {
      inputs.push(valueInfo(name, type, dims))
      return name
    },
    output(value, name, dims) {
      add('Identity', [value], {}, [name])
      outputs.push(valueInfo(name, 'float32', dims))
    },
    op,
    ops: (type, from, attributes, many, domain) => add(type, from, attributes, names(many), domain),
    constant(type, dims, values) {
      const [name = ''] = names(1)
      initializers.push({ name, dims, dataType: ELEMENT[type], rawData: bytesOf(type, values) })
      return name
    },
    async weights(type, dims, bytes) {
      const [name = ''] = names(1)
      const entries = Object.entries({ location: dataName, offset, length: bytes.length })
      const externalData = entries.map(([key, value]) => ({ key, value: String(value) }))
      initializers.push({ name, dims, dataType: ELEMENT[type], dataLocation: 1, externalData })
      // The runtime maps weights that begin at a page; others it copies.
      const padding = new Uint8Array((PAGE_BYTES - (bytes.length % PAGE_BYTES)) % PAGE_BYTES)
      offset += bytes.length + padding.length
      await written(data, bytes)
      await written(data, padding)
      return name
    },
    async close() {
      data.end()
      await finished(data)
      const graph = { name: dataName, node: nodes, initializer: initializers, input: inputs, output: outputs }
      const opsetImport = [
        { domain: '', version: 17 },
        { domain: 'com.microsoft', version: 1 },
      ]
      await writeFile(`${path}.onnx`, ModelProto.encode({ irVersion: 8, graph, opsetImport }).finish())
    },
  }
}

const PAGE_BYTES = 4096

const written = (stream: WriteStream, bytes: Uint8Array) =>
  new Promise<void>((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())))

const valueInfo = (name: string, type: Element, dims: readonly string[]) => ({
  name,
  type: {
    tensorType: { elemType: ELEMENT[type], shape: { dim: dims.map((dimParam) => ({ dimParam })) } },
  },
})

function asAttributes(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([name, value]) => {
    if (typeof value !== 'number') return { name, ints: value, type: 7 }
    return Number.isInteger(value) ? { name, i: value, type: 2 } : { name, f: value, type: 1 }
  })
}

function bytesOf(type: Element, values: readonly number[]): Uint8Array {
  if (type === 'int64') return new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  if (type === 'float32') return new Uint8Array(Float32Array.from(values).buffer)
  return Uint8Array.from(values)
}
