// What ffmpeg and ffprobe write on their standard error, made fit for people.

// `[h264 @ 0x55b3dfd9a200] error while decoding MB 4 0` → `error while decoding MB 4 0`
const SPEAKER = /^\s*(\[[^\]]*@ 0x[0-9a-f]+\]\s*)+/
// The path is a secret of ours: `file:/data/ab/cdef: Invalid data found` → `Invalid data found`
const PATH = /^(Error opening input files?:? |Error opening input )?file:.*?: (?=[A-Z])/

const lines = (complaints: string): string[] =>
  complaints
    .split(/[\r\n]+/)
    .map((line) => line.replace(SPEAKER, '').replace(PATH, '').trim())
    .filter((line) => line !== '' && !line.includes('file:'))

/** The last thing that was said, without addresses and paths. */
export const readableComplaint = (complaints: string): string =>
  lines(complaints).at(-1)?.replace(/\.$/, '') ?? 'it could not be read'

// Decoders complain of small things that leave no trace in what comes out (a reference picture that lies before the
// place we jumped to, an empty timestamp), so only what means lost content counts as damage. That a file ends too early
// is not among it: inspect.ts finds out where, and says so once.
const DAMAGE =
  /error while decoding|invalid data found|concealing|error submitting|corrupt|damaged|truncat|invalid nal|header missing|decode_slice_header error|no frame!|bytestream end|overread|crc mismatch/i

/** The last complaint that means that content was lost, or undefined. */
export const complaintOfDamage = (complaints: string): string | undefined =>
  lines(complaints)
    .filter((line) => DAMAGE.test(line))
    .at(-1)
