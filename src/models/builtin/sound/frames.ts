import type { Steps } from '../turns.ts'

const FRAMES_PER_STEP = 64

/** Visits the frames in order and yields every 64, which take a millisecond at most. */
export function* overFrames(frames: number, visit: (frame: number) => void): Steps<void> {
  for (let frame = 0; frame < frames; frame++) {
    visit(frame)
    if (frame % FRAMES_PER_STEP === FRAMES_PER_STEP - 1) yield
  }
}
