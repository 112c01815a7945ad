import { PICTURE_SIDE } from '../facts.ts'

/** Sides of the two reduced pictures: for edges, and for colours. */
export const GREY_SIDE = PICTURE_SIDE / 2
export const LAB_SIDE = PICTURE_SIDE / 4

/** A picture in CIE Lab, one number per pixel and plane. Lightness is 0..100, a and b are about -100..100. */
export interface LabPlanes {
  lightness: Float32Array
  a: Float32Array
  b: Float32Array
}

/** A picture reduced for the descriptors. */
export interface Planes {
  /** Luma 0..255, 112 x 112, the mean of 2 x 2 pixels. */
  grey: Float32Array
  /** 56 x 56, the mean of 4 x 4 pixels. */
  lab: LabPlanes
}

/** Makes the function that reduces an RGB picture of 224 x 224 pixels. */
export function makePlanes(): (rgb: Uint8Array) => Planes {
  const linear = Float64Array.from({ length: 256 }, (_, value) => linearLight(value / 255))
  return (rgb) => {
    const quads = sumsOfFour(rgb, PICTURE_SIDE)
    return { grey: toGrey(quads), lab: toLab(sumsOfFour(quads, GREY_SIDE), linear) }
  }
}

// sRGB, IEC 61966-2-1.
const linearLight = (value: number): number =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4

// Sums of 2 x 2 pixels, channel by channel. Applied twice it gives sums of 16, which still fit.
function sumsOfFour(pixels: Uint8Array | Uint16Array, side: number): Uint16Array {
  const half = side / 2
  const row = side * 3
  const sums = new Uint16Array(half * half * 3)
  let at = 0
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      let from = 2 * y * row + 6 * x
      for (let channel = 0; channel < 3; channel++) {
        sums[at++] =
          (pixels[from] ?? 0) +
          (pixels[from + 3] ?? 0) +
          (pixels[from + row] ?? 0) +
          (pixels[from + row + 3] ?? 0)
        from++
      }
    }
  }
  return sums
}

function toGrey(quads: Uint16Array): Float32Array {
  const grey = new Float32Array(GREY_SIDE * GREY_SIDE)
  for (let i = 0; i < grey.length; i++) {
    const [red, green, blue] = [quads[3 * i] ?? 0, quads[3 * i + 1] ?? 0, quads[3 * i + 2] ?? 0]
    grey[i] = (0.299 * red + 0.587 * green + 0.114 * blue) / 4
  }
  return grey
}

// Observer 2 degrees, illuminant D65. Means are cut to whole steps of 8 bits.
function toLab(sums: Uint16Array, linear: Float64Array): LabPlanes {
  const size = LAB_SIDE * LAB_SIDE
  const planes = {
    lightness: new Float32Array(size),
    a: new Float32Array(size),
    b: new Float32Array(size),
  }
  for (let i = 0; i < size; i++) {
    const red = linear[(sums[3 * i] ?? 0) >> 4] ?? 0
    const green = linear[(sums[3 * i + 1] ?? 0) >> 4] ?? 0
    const blue = linear[(sums[3 * i + 2] ?? 0) >> 4] ?? 0
    const x = perceived((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    const y = perceived(0.2126 * red + 0.7152 * green + 0.0722 * blue)
    const z = perceived((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    planes.lightness[i] = 116 * y - 16
    planes.a[i] = 500 * (x - y)
    planes.b[i] = 200 * (y - z)
  }
  return planes
}

const perceived = (light: number): number => (light > 0.008856 ? Math.cbrt(light) : 7.787 * light + 16 / 116)
