import { expect, test } from 'vitest'
import { client, finished, uploadAsset } from '../support/client.ts'
import { madeText, scenes } from '../support/madeMedia.ts'
import { withServer } from '../support/withServer.ts'

test('subtitles beside a video, by the official client: read, chosen by language, embedded', async () => {
  const server = await withServer()
  const one = client(server.url)
  const video = await uploadAsset(one, await scenes(14))
  await expect(one.assets.retrieveTranscription(video.id)).rejects.toMatchObject({ statusCode: 404 })

  const files = {
    en: await madeText(
      'talk.vtt',
      'WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>A storm is coming.\n\n00:08.000 --> 00:09.000\n<v Bob>Close the door.\n',
    ),
    de: await madeText('rede.srt', '1\n00:00:01,000 --> 00:00:02,000\nEin Sturm zieht auf.\n'),
  }
  for (const [language, file] of Object.entries(files))
    await uploadAsset(one, file, { userMetadata: JSON.stringify({ transcript_of: video.id, language }) })
  const read = (include: 'sentences' | 'utterances') =>
    one.assets.retrieveTranscription(video.id, { include: [include] })
  expect(await read('sentences')).toMatchObject({
    status: 'ready',
    sentences: [
      { start: 1, end: 2, value: 'A storm is coming.' },
      { start: 8, end: 9, value: 'Close the door.' },
    ],
  })
  expect((await read('utterances')).utterances?.map((each) => each.speaker)).toEqual(['Anna', 'Bob'])
  const german = await server.fetch(`/v1.3/assets/${video.id}/transcription?include=sentences&language=de`)
  expect(await german.json()).toMatchObject({
    language: 'de',
    sentences: [{ value: 'Ein Sturm zieht auf.' }],
  })

  const { id } = await one.embed.v2.tasks.create({
    inputType: 'video',
    modelName: 'marengo3.0',
    video: {
      mediaSource: { assetId: video.id },
      segmentation: { strategy: 'fixed', fixed: { durationSec: 7 } },
      embeddingOption: ['transcription'],
      embeddingScope: ['clip'],
    },
  })
  const task = await finished(one, id)
  expect(task.status).toBe('ready')
  const text = await one.embed.v2.create({
    inputType: 'text',
    modelName: 'marengo3.0',
    text: { inputText: 'close the door' },
  })
  const likeness = task.data?.map(({ embedding, startSec }) => ({
    startSec,
    cosine: embedding.reduce((sum, value, at) => sum + value * (text.data[0]?.embedding[at] ?? 0), 0),
  }))
  expect(likeness?.map(({ startSec }) => startSec)).toEqual([0, 7])
  expect(likeness?.[1]?.cosine).toBeGreaterThan(likeness?.[0]?.cosine ?? 1)
})
