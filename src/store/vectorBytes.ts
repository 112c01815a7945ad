// Vectors are stored little-endian, which is how x64 and arm64, the platforms of this server, have them in memory.

/** The bytes of a vector as they are stored; a view, not a copy. */
export const bytesOf = (vector: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)

/** The numbers in stored bytes; a copy, because the bytes may begin at any address. */
export const float32Of = (bytes: Uint8Array): Float32Array => new Float32Array(bytes.slice().buffer)

export const float64Of = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer)
