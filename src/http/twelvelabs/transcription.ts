import type { Cue } from '../../domain/media.ts'
import { getTranscript, type Transcript } from '../../tasks/transcript/getTranscript.ts'
import type { Track } from '../../tasks/transcript/tracks.ts'
import { untilGone } from '../untilGone.ts'
import { parse } from './parse.ts'
import { pathId, type Handler } from './route.ts'

type Part = 'words' | 'sentences' | 'utterances'

/** `GET /assets/{id}/transcription`: what is said in an asset, as its subtitles have it. */
export const retrieveTranscription: Handler = async ({ parts, schemas, account, request, reply }) => {
  const { include = ['words'], language } = parse(schemas.transcription, request.query)
  const order = { assetId: pathId(request), language }
  return present(await getTranscript(parts, account, order, untilGone(reply)), include)
}

function present(transcript: Transcript, include: readonly Part[]) {
  if (transcript.state === 'processing') return { status: 'processing' }
  if (transcript.state === 'failed') return { status: 'failed', error: transcript.failure }
  const { cues, track, tracks } = transcript
  return {
    status: 'ready',
    ...(include.includes('sentences') && { sentences: cues.map(entryOf) }),
    ...(include.includes('utterances') && { utterances: turnsOf(cues).map(entryOf) }),
    ...(track.language !== undefined && { language: track.language }),
    tracks: tracks.map(presentTrack),
    ...(include.includes('words') && { warnings: [NO_WORDS] }),
  }
}

/** The contract leaves out what a transcription does not support. */
const NO_WORDS = {
  code: 'words_unavailable',
  message: 'Subtitles do not say when each word is spoken: `words` is left out.',
}

const entryOf = ({ startSec, endSec, text, speaker }: Cue) => ({
  start: startSec,
  end: endSec,
  value: text,
  ...(speaker !== undefined && { speaker }),
})

const presentTrack = (track: Track) => ({
  ...(track.language !== undefined && { language: track.language }),
  ...('asset' in track && { asset_id: track.asset.id }),
})

/** Neighbouring lines of the same named speaker are one turn; of lines without a name each is one. */
function turnsOf(cues: readonly Cue[]): Cue[] {
  const turns: Cue[] = []
  for (const cue of cues) {
    const last = turns.at(-1)
    if (last && cue.speaker !== undefined && cue.speaker === last.speaker)
      turns[turns.length - 1] = {
        ...last,
        endSec: Math.max(last.endSec, cue.endSec),
        text: `${last.text} ${cue.text}`,
      }
    else turns.push(cue)
  }
  return turns
}
