import type { Recording } from './sounds.ts'

/** The recordings of the test data that are long enough, in parts of two to five seconds. */
export const recordings: readonly Recording[] = [
  {
    file: 'media/audio/jfk.flac',
    source: 'president',
    isSpeech: true,
    parts: [
      [0, 3.6],
      [3.6, 7.3],
      [7.3, 11],
    ],
  },
  {
    file: 'media/audio/LJ050-0131.wav',
    source: 'reader',
    isSpeech: true,
    parts: [
      [0, 3.8],
      [3.8, 7.6],
    ],
  },
  {
    file: 'media/audio/sample_10s.mp3',
    source: 'other reader',
    isSpeech: true,
    parts: [
      [0, 3.3],
      [3.3, 6.6],
      [6.6, 10],
    ],
  },
  {
    file: 'media/video/friday.mp4',
    source: 'film',
    isSpeech: true,
    parts: [
      [0, 3],
      [3, 6],
    ],
  },
  { file: 'media/audio/1-100032-A-0.wav', source: 'dog', isSpeech: false, parts: [[0, 5]] },
  { file: 'media/audio/t-rex-roar.mp3', source: 'roar', isSpeech: false, parts: [[0, 2.1]] },
  { file: 'media/odd/vorbis-eos.ogg', source: 'cartoon', isSpeech: false, parts: [[0, 5.4]] },
]
