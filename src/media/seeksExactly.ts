// By ffprobe's name of the container. Each of these has an index, or packets that carry exact times, and
// seeksExactly.test.ts compares what a jump gives with what one pass gives.
const EXACT = new Set(['mov,mp4,m4a,3gp,3g2,mj2', 'matroska,webm', 'wav', 'w64', 'aiff', 'caf', 'flac'])

/** True when decoding from any place gives what decoding from the start gives there. */
export const seeksExactly = (container: string): boolean => EXACT.has(container)
