// A worker of the bench: works on a queue when it is told to, and says how far it is.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { DRIVERS, type DriverName } from './driver.ts'

const [, , name = '', url = '', claimSize = '1', waitMs = '0'] = process.argv
const { driver } = await DRIVERS[name as DriverName]()

let count = 0
const handle = async () => {
  if (waitMs !== '0') await sleep(Number(waitMs))
  count++
}

process.send?.({ isReady: true })
await once(process, 'message')
const working = await driver.work({ url, claimSize: Number(claimSize), handle })
const telling = setInterval(() => process.send?.({ count }), 10)
await once(process, 'message')
clearInterval(telling)
await working.stop()
process.disconnect()
