// Holds the data folder given as the argument until it is killed; says so on stdout.
import { lockFolder } from '../../src/store/lock.ts'

lockFolder(process.argv[2] ?? '')
process.stdout.write('held\n')
process.stdin.resume()
