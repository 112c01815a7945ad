import { shellWord } from '../../lib/shellWord.ts'

export interface CurlParts {
  /** Of the server, without a path. */
  url: string
  keyFile: string
  file: string
  input: 'video' | 'audio'
  /** Words to ask for; undefined where no words can be found. */
  query: string | undefined
  /** The moment of the picture to ask for. */
  frameSec: number
}

/** The same as the demo does, as lines for a shell. */
export function curlLines({ url, keyFile, file, input, query, frameSec }: CurlParts): string[] {
  const json = (body: object) => `-H 'content-type: application/json' -d ${shellWord(JSON.stringify(body))}`
  const call = 'curl -H "x-api-key: $KEY"'
  const task = {
    input_type: input,
    model_name: 'marengo3.0',
    [input]: {
      media_source: { asset_id: 'ASSET' },
      embedding_type: ['separate_embedding', 'fused_embedding'],
    },
  }
  const text = { input_type: 'text', model_name: 'marengo3.0', text: { input_text: query } }
  const image =
    '{"input_type":"image","model_name":"marengo3.0","image":{"media_source":{"base64_string":"%s"}}}'
  return [
    `KEY=$(cat ${shellWord(keyFile)})`,
    `${call} -F method=direct -F file=@${shellWord(file)} ${url}/v1.3/assets`,
    `${call} ${url}/v1.3/assets/ASSET`,
    `${call} ${json(task)} ${url}/v1.3/embed-v2/tasks`,
    `${call} ${url}/v1.3/embed-v2/tasks/TASK`,
    ...(query === undefined ? [] : [`${call} ${json(text)} ${url}/v1.3/embed-v2`]),
    ...(input === 'audio'
      ? []
      : [
          `ffmpeg -ss ${frameSec} -i ${shellWord(file)} -frames:v 1 -vf scale=512:-2 frame.png`,
          `printf '${image}' "$(base64 < frame.png | tr -d '\\n')" |\n     ` +
            `${call} -H 'content-type: application/json' -d @- ${url}/v1.3/embed-v2`,
        ]),
  ]
}
