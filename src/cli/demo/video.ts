import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from '../../media/program.ts'
import type { Tools } from '../../media/tools.ts'

const SCENE_SEC = 10
const SIZE = '480x270'
const FRAMES_PER_SEC = 16
const SAMPLE_RATE_HZ = 22_050

interface Scene {
  /** A generator of ffmpeg. */
  picture: string
  /** What is done to the picture before it has the size of the video. */
  filters?: string
  sound: string
  subtitle: string
}

const LAST = `r=${FRAMES_PER_SEC}:d=${SCENE_SEC}`
const TONE = `s=${SAMPLE_RATE_HZ}:d=${SCENE_SEC}`
const NOISE = `r=${SAMPLE_RATE_HZ}:d=${SCENE_SEC}`

/** Six scenes that differ in picture, sound and words, so that each can be found by each. */
const SCENES: readonly Scene[] = [
  {
    picture: `smptehdbars=s=${SIZE}:${LAST}`,
    sound: `sine=f=1000:r=${SAMPLE_RATE_HZ}:d=${SCENE_SEC}`,
    subtitle: 'Good evening. We begin with a test card: coloured bars and one steady tone.',
  },
  {
    picture: `mandelbrot=s=${SIZE}:r=${FRAMES_PER_SEC}:maxiter=300:end_scale=0.002:end_pts=160`,
    sound: `aevalsrc='0.4*sin(2*PI*(200+60*t)*t)':${TONE}`,
    subtitle: 'Now we dive into the Mandelbrot set, a fractal that never ends, however near we come.',
  },
  {
    picture: `life=s=160x90:r=${FRAMES_PER_SEC}:ratio=0.3:mold=10:death_color=#c83232:life_color=#00ff66:seed=7`,
    sound: `aevalsrc='0.5*sin(2*PI*660*t)*lt(mod(t,0.25),0.05)':${TONE}`,
    subtitle: 'Cells are born and cells die: this is the game of life, played by nobody.',
  },
  {
    picture: `gradients=s=${SIZE}:${LAST}:nb_colors=3:c0=#ff7a18:c1=#ffd36b:c2=#2b59c3:x0=240:y0=0:x1=240:y1=270:speed=0.02:seed=3`,
    sound: `anoisesrc=c=brown:a=0.6:seed=1:${NOISE},tremolo=f=0.3:d=0.9`,
    subtitle: 'A slow sunrise in orange and blue, while waves roll onto the beach.',
  },
  {
    picture: `color=c=gray:s=96x54:r=4:d=${SCENE_SEC}`,
    filters: `noise=c0s=90:c0f=t:c0_seed=5,fps=${FRAMES_PER_SEC}`,
    sound: `anoisesrc=c=white:a=0.3:seed=2:${NOISE}`,
    subtitle: 'Then the antenna breaks, and only snow and hissing static are left on the screen.',
  },
  {
    picture: `testsrc2=s=${SIZE}:${LAST}`,
    sound: `aevalsrc='0.2*(sin(2*PI*262*t)+sin(2*PI*330*t)+sin(2*PI*392*t))':${TONE}`,
    subtitle: 'At last the clock counts the seconds, and a chord says goodbye. Thank you for watching.',
  },
]

/** What the demo video's subtitles say at a moment. */
export const subtitleAt = (sec: number): string | undefined => SCENES[Math.floor(sec / SCENE_SEC)]?.subtitle

/** A question whose words stand in the subtitle of the second scene, though in another order and form. */
export const DEMO_QUERY = 'diving into an endless fractal'

/** A moment in the third scene. */
export const DEMO_FRAME_SEC = 25.5

/** Makes the demo video in `folder`: 60 s, H.264 where ffmpeg has an encoder for it, AAC, a subtitle track. */
export async function makeDemoVideo(tools: Tools, folder: string, signal: AbortSignal): Promise<string> {
  const subtitles = join(folder, 'demo.srt')
  const video = join(folder, 'demo.mp4')
  await writeFile(subtitles, demoSubtitles())
  const options = { signal, stallMs: 30_000, limitBytes: 4_000_000 }
  const encoders = await runProgram(tools, 'ffmpeg', ['-v', 'error', '-encoders'], options)
  const encoder = /^ V\S+ libx264 /m.test(encoders.output.toString()) ? 'libx264' : 'mpeg4'
  await runProgram(tools, 'ffmpeg', demoVideoArguments(subtitles, video, encoder), options)
  return video
}

/** The words of the scenes as SubRip, each from one to nine seconds into its scene. */
function demoSubtitles(): string {
  const at = (sec: number) => `00:00:${String(sec).padStart(2, '0')},000`
  const line = ({ subtitle }: Scene, index: number) => {
    const startSec = index * SCENE_SEC
    return `${index + 1}\n${at(startSec + 1)} --> ${at(startSec + SCENE_SEC - 1)}\n${subtitle}\n`
  }
  return SCENES.map(line).join('\n')
}

/** Arguments for ffmpeg that make the demo video out of nothing but its own generators. */
function demoVideoArguments(subtitles: string, video: string, encoder: 'libx264' | 'mpeg4'): string[] {
  const [width, height] = SIZE.split('x')
  const pictures = SCENES.map(
    ({ picture, filters }, index) =>
      `${picture},trim=duration=${SCENE_SEC},setpts=PTS-STARTPTS,${filters === undefined ? '' : `${filters},`}` +
      `scale=${width}:${height}:flags=neighbor,setsar=1,format=yuv420p[v${index}]`,
  )
  const sounds = SCENES.map(({ sound }, index) => `${sound},aformat=channel_layouts=mono[a${index}]`)
  const inOrder = SCENES.map((_, index) => `[v${index}][a${index}]`).join('')
  const graph = [...pictures, ...sounds, `${inOrder}concat=n=${SCENES.length}:v=1:a=1[v][a]`].join(';')
  const quality = encoder === 'libx264' ? ['-preset', 'ultrafast', '-crf', '28'] : ['-q:v', '6']
  return [
    ...['-nostdin', '-v', 'error', '-y'],
    ...['-progress', 'pipe:1'], // a sign of life, for whoever watches for a stall
    ...['-i', `file:${subtitles}`],
    ...['-filter_complex', graph, '-map', '[v]', '-map', '[a]', '-map', '0:s'],
    ...['-c:v', encoder, ...quality, '-g', String(2 * FRAMES_PER_SEC)],
    ...['-c:a', 'aac', '-b:a', '64k', '-c:s', 'mov_text', '-metadata:s:s:0', 'language=eng'],
    ...['-movflags', '+faststart', `file:${video}`],
  ]
}
