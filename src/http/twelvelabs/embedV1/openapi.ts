import { z } from 'zod'
import type { DescribedRoute } from '../../operations.ts'
import type { Schemas } from '../schema.ts'
import * as answers from './answers.ts'

const file = z.string().optional().meta({ format: 'binary' })

/** What Embed v1 takes and answers. */
export const routesOfEmbedV1 = ({ embedV1, listTasks }: Schemas): DescribedRoute[] => [
  {
    method: 'post',
    path: '/embed',
    id: 'embedV1',
    summary: 'Embed v1: embed a text, a picture or a short sound at once',
    body: {
      type: 'multipart/form-data',
      schema: embedV1.embed.extend({ image_file: file, audio_file: file }),
    },
    answer: { status: 200, schema: answers.Embeddings },
  },
  {
    method: 'post',
    path: '/embed/tasks',
    id: 'createTaskV1',
    summary: 'Embed v1: create an embedding task for a video',
    body: { type: 'multipart/form-data', schema: embedV1.createTask.extend({ video_file: file }) },
    answer: { status: 200, schema: answers.CreatedTask },
  },
  {
    method: 'get',
    path: '/embed/tasks',
    id: 'listTasksV1',
    summary: 'Embed v1: list tasks, newest first, without vectors',
    query: listTasks,
    answer: { status: 200, schema: answers.TaskPage },
  },
  {
    method: 'get',
    path: '/embed/tasks/{id}/status',
    id: 'retrieveTaskStatusV1',
    summary: 'Embed v1: state of a task',
    answer: { status: 200, schema: answers.TaskStatus },
  },
  {
    method: 'get',
    path: '/embed/tasks/{id}',
    id: 'retrieveTaskV1',
    summary: 'Embed v1: state of a task and, once it is ready, its segments',
    query: embedV1.retrieveTask,
    answer: { status: 200, schema: answers.Task },
  },
]
