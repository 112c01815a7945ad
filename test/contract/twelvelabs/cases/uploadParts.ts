import type { Answer } from '../../rule.ts'
import { all, givenIn } from '../ask.ts'
import type { Rule, Section } from '../rule.ts'
import { NOBODY, OTHER_KEY, untilDone, type World } from '../world.ts'
import { PATH, BYTES, create, etagOf, put, report, uploadIn, type Upload } from './uploadRequest.ts'

const started =
  (use: (upload: Upload, world: World) => Promise<Answer>) =>
  async (world: World): Promise<Answer> =>
    use(uploadIn(await create()(world)), world)

const REPORT = { status: 200, schema: 'report' }

const badReport = (field: string, rule: string, change: object): Rule => ({
  field,
  rule: `${rule} is 400, and the part can be reported again`,
  ask: started(async (upload, world) => {
    await put(upload, world)
    const answer = await report(upload, world, change)
    const again = await report(upload, world)
    return { ...answer, headers: { ...answer.headers, again: String(again.status) } }
  }),
  expected: { status: 400, code: 'parameter_invalid', names: field, headers: { again: '200' } },
})

export const UPLOAD_PARTS: Section = {
  title: 'The parts of an upload: PUT to their addresses, and /assets/multipart-uploads/{upload_id}',
  method:
    'multipartUpload.getAdditionalPresignedUrls, .reportChunkBatch, .getStatus, .listIncompleteUploads, .uploadFile',
  rules: [
    {
      rule: 'a PUT needs no key and answers 200 with an `ETag`, the MD5 of the part',
      ask: started(put),
      expected: { status: 200, headers: { etag: `"${etagOf(BYTES)}"` } },
    },
    {
      rule: 'a PUT of more or fewer bytes than the part has is 400',
      ask: started((upload, world) => put(upload, world, 'more than a few bytes')),
      expected: { status: 400 },
    },
    {
      rule: 'a PUT to an address with another signature is 403',
      ask: started(({ upload_id: id }, world) =>
        world.idle.send('PUT', `${PATH}/${id}/parts/1?expires=9999999999999&signature=x`, {
          body: BYTES,
          key: null,
        }),
      ),
      expected: { status: 403 },
    },
    {
      rule: 'another method at the address of a part is 405',
      ask: started(({ upload_id: id }, world) => world.idle.get(`${PATH}/${id}/parts/1`)),
      expected: { status: 405 },
    },
    {
      field: 'start, count',
      rule: 'presigned-urls has the addresses of the parts from there on',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.post(`${PATH}/${id}/presigned-urls`, { start: 1, count: 50 }),
      ),
      expected: { status: 200, schema: 'addresses', body: { start_index: 1, count: 1 } },
    },
    {
      field: 'start',
      rule: 'past the last part is 400',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.post(`${PATH}/${id}/presigned-urls`, { start: 2, count: 1 }),
      ),
      expected: { status: 400, code: 'parameter_invalid', names: 'start' },
    },
    {
      field: 'start',
      rule: 'zero is 400',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.post(`${PATH}/${id}/presigned-urls`, { start: 0, count: 1 }),
      ),
      expected: { status: 400, code: 'parameter_invalid', names: 'start' },
    },
    {
      field: 'count',
      rule: 'fifty-one is 400',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.post(`${PATH}/${id}/presigned-urls`, { start: 1, count: 51 }),
      ),
      expected: { status: 400, code: 'parameter_invalid', names: 'count' },
    },
    {
      rule: 'the client gets more addresses',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.client(({ multipartUpload }) =>
          multipartUpload.getAdditionalPresignedUrls(id, { start: 1, count: 1 }),
        ),
      ),
      expected: { status: 200, schema: 'addresses' },
    },
    {
      rule: 'a report of the last part answers with `url`',
      ask: started(async (upload, world) => {
        await put(upload, world)
        return report(upload, world)
      }),
      expected: {
        ...REPORT,
        body: { processed_chunks: 1, duplicate_chunks: 0, total_completed: 1 },
        seen: ({ body }) => typeof (body as { url: unknown }).url,
        is: 'string',
      },
    },
    {
      rule: 'a part that is reported a second time is counted as a duplicate',
      ask: started(async (upload, world) => {
        await put(upload, world)
        await report(upload, world)
        return report(upload, world)
      }),
      expected: { ...REPORT, body: { processed_chunks: 0, duplicate_chunks: 1, total_completed: 1 } },
    },
    {
      rule: 'afterwards the asset is there, with the method `multipart`',
      ask: started(async (upload, world) => {
        await put(upload, world)
        await report(upload, world)
        return world.idle.get(`/assets/${upload.asset_id}`)
      }),
      expected: { status: 200, schema: 'asset', body: { method: 'multipart', filename: 'clip.mp4' } },
    },
    badReport('completed_chunks[0].proof', 'the proof of other bytes', { proof: etagOf('other') }),
    badReport('completed_chunks[0].chunk_size', 'another size', { chunk_size: 1 }),
    badReport('completed_chunks[0].chunk_index', 'a part that there is not', { chunk_index: 2 }),
    badReport('completed_chunks[0].proof_type', 'another proof', { proof_type: 'sha256' }),
    {
      field: 'completed_chunks',
      rule: 'an empty list is 400',
      ask: started(({ upload_id: id }, { idle }) => idle.post(`${PATH}/${id}`, { completed_chunks: [] })),
      expected: { status: 400, code: 'parameter_invalid', names: 'completed_chunks' },
    },
    {
      field: 'completed_chunks',
      rule: 'a part that has not come is 400',
      ask: started((upload, world) => report(upload, world)),
      expected: { status: 400 },
    },
    {
      rule: 'GET says how far an upload is, part by part',
      ask: started(({ upload_id: id }, { idle }) => idle.get(`${PATH}/${id}`)),
      expected: {
        status: 200,
        schema: 'progress',
        body: { status: 'active', chunks_pending: 1, uploaded_chunks: [{ index: 1, status: 'pending' }] },
      },
    },
    {
      field: 'etag',
      rule: 'of a part that has come is there before it is reported',
      state: 'extended',
      why: 'whoever lost count need not send the part again',
      ask: started(async (upload, world) => {
        await put(upload, world)
        return world.idle.get(`${PATH}/${upload.upload_id}`)
      }),
      expected: { status: 200, schema: 'progress', body: { uploaded_chunks: [{ etag: etagOf(BYTES) }] } },
    },
    {
      field: 'page',
      rule: 'past the end is 200 with an empty list',
      ask: started(({ upload_id: id }, { idle }) => idle.get(`${PATH}/${id}?page=9`)),
      expected: { status: 200, schema: 'progress', body: { uploaded_chunks: [] } },
    },
    {
      rule: 'the client walks through the parts',
      ask: started(({ upload_id: id }, { idle }) =>
        idle.client(({ multipartUpload }) => all(multipartUpload.getStatus(id))),
      ),
      expected: {
        status: 200,
        schema: 'progress',
        seen: (answer) => (givenIn(answer) as unknown[]).length,
        is: 1,
      },
    },
    {
      rule: 'GET without an id has the uploads that are not complete, newest first',
      ask: started(({ upload_id: id }, { idle }) =>
        idle
          .get(`${PATH}?page_limit=1`)
          .then((answer) => ({ ...answer, headers: { ...answer.headers, id } })),
      ),
      expected: {
        status: 200,
        schema: 'uploads',
        seen: ({ body, headers }) => (body as { data: Upload[] }).data[0]?.upload_id === headers['id'],
        is: true,
      },
    },
    {
      rule: 'uploads of another account are not shown',
      ask: ({ idle }) => idle.get(PATH, { key: OTHER_KEY }),
      expected: { status: 200, schema: 'uploads', body: { data: [] } },
    },
    {
      rule: 'the client walks through what is not complete',
      ask: ({ idle }) =>
        idle.client(({ multipartUpload }) => all(multipartUpload.listIncompleteUploads({ pageLimit: 50 }))),
      expected: { status: 200, schema: 'uploads', body: { data: [] } },
    },
    {
      rule: 'DELETE of the asset that is to come gives the upload up',
      state: 'extended',
      why: 'the contract has no way to do so',
      ask: started(({ asset_id: id }, { idle }) => idle.send('DELETE', `/assets/${id}`)),
      expected: { status: 204 },
    },
    {
      field: 'upload_id',
      rule: 'an unknown one is 404',
      ask: ({ idle }) => idle.get(`${PATH}/${NOBODY}`),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      field: 'upload_id',
      rule: 'the id of another account is 404',
      ask: started(({ upload_id: id }, { idle }) => idle.get(`${PATH}/${id}`, { key: OTHER_KEY })),
      expected: { status: 404, code: 'resource_not_exist' },
    },
    {
      rule: 'the client uploads a whole file, which becomes an asset',
      ask: (world) =>
        world
          .client(({ multipartUpload }) => multipartUpload.uploadFile(world.files.video.path))
          .then((answer) => {
            const { assetId } = givenIn(answer) as { assetId: string }
            return untilDone(() => world.get(`/assets/${assetId}`))
          }),
      expected: {
        status: 200,
        schema: 'asset',
        body: { method: 'multipart', status: 'ready', file_type: 'video/mp4', duration: 6 },
      },
    },
    {
      rule: 'the client waits until all parts are there',
      ask: started(async (upload, world) => {
        await put(upload, world)
        await report(upload, world)
        return world.idle.client(({ multipartUpload }) =>
          multipartUpload.waitForUploadCompletion(upload.upload_id, { sleepInterval: 0.1 }),
        )
      }),
      expected: {
        status: 200,
        seen: (answer) => (givenIn(answer) as { status: string }).status,
        is: 'completed',
      },
    },
  ],
}
