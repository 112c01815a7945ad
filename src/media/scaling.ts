export type { Size } from '../domain/model.ts'

/**
 * How ffmpeg's scaler makes pictures of the model's size. Bicubic is as fast as any (measured: 8 % around the mean);
 * without the other three its result depends on the processor.
 */
export const SCALE_FLAGS = 'bicubic+accurate_rnd+full_chroma_int+bitexact'
