// Ends with 0 when what is at the address answers that it is well: the image has no other program that could ask.
const [, , url = 'http://127.0.0.1:8787/readyz'] = process.argv
try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}
