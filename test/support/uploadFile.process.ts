// Uploads a file by the official client, as a program of a user would; the last line is what the client returned.
import { TwelveLabs } from 'twelvelabs-js'

const [url = '', path = ''] = process.argv.slice(2)
process.env['TWELVELABS_BASE_URL'] = `${url}/v1.3`
const client = new TwelveLabs({ apiKey: 'key-of-one' })
process.stdout.write(JSON.stringify(await client.multipartUpload.uploadFile(path)))
