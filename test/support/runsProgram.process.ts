// Starts a program that never ends by itself and prints its process id: for the test that kills this process.
import { startProgram } from '../../src/media/program.ts'
import { findTools } from '../../src/media/tools.ts'

const program = startProgram({ ...findTools(), ffmpeg: 'sleep' }, 'ffmpeg', ['600'], {
  stallMs: 600_000,
})
process.stdout.write(`${program.pid}\n`)
for await (const _chunk of program.output);
