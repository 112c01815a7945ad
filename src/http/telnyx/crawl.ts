import type { Handler } from './route.ts'

/** `POST /embeddings/url`: an operation of the contract that this server does not have yet. */
export const crawl: Handler = async ({ reply }) =>
  reply
    .code(501)
    // The official client would try again, as it does after every 5xx.
    .header('x-should-retry', 'false')
    .send({
      errors: [
        {
          code: '10007',
          title: 'Not enabled yet',
          detail:
            'Embedding a website is not enabled here yet. Put its pages into a bucket and embed the bucket.',
        },
      ],
    })
