import type { DescribedRoute } from '../../operations.ts'
import { SearchAnswer, SearchBody, SearchForm } from './schemas.ts'

export const DESCRIBED: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/search',
    id: 'search',
    summary: 'What is nearest to a text, a picture, a sound, a video, a moment or a vector',
    body: { type: 'application/json', schema: SearchBody, example: { text: 'a storm at sea', limit: 3 } },
    form: SearchForm,
    answer: { status: 200, schema: SearchAnswer },
  },
]
