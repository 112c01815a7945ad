import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { EmbedlineError } from '../../domain/errors.ts'
import { checkPort } from '../doctor/port.ts'

const run = promisify(execFile)

// What takes the interface up where it is down, as in a network namespace of its own. Slim images of Debian have no
// `ip`, but always perl: 0x8914 is SIOCSIFFLAGS, 65 is IFF_UP | IFF_RUNNING.
const WAYS: readonly (readonly [string, ...string[]])[] = [
  ['ip', 'link', 'set', 'lo', 'up'],
  ['ifconfig', 'lo', 'up'],
  [
    'perl',
    '-MSocket',
    '-e',
    'socket(my $s, AF_INET, SOCK_DGRAM, 0) or exit 1; my $r = pack("a16sx14", "lo", 65); ioctl($s, 0x8914, $r) or exit 1',
  ],
]

const isReachable = async (): Promise<boolean> => (await checkPort('127.0.0.1', 0)).state === 'ok'

/** Makes sure that this machine can call itself, also without any network. Throws `request_invalid` when it cannot. */
export async function ensureLoopback(environment: Readonly<Record<string, string>>): Promise<void> {
  for (const [program, ...programArguments] of WAYS) {
    if (await isReachable()) return
    // A way that does not exist here, or is not allowed, leaves the next one.
    await run(program, programArguments, { env: { ...environment } }).catch(() => undefined)
  }
  if (await isReachable()) return
  throw new EmbedlineError(
    'request_invalid',
    'this machine cannot call itself at 127.0.0.1, because its loopback interface is down: ip link set lo up (as root).',
  )
}
