import { presentModels } from '../modelList.ts'
import { MODEL_NAMES } from './names.ts'
import type { Handler } from './route.ts'

/** `GET /openai/models` and `GET /openai/embeddings/models`: every name that may be sent, and what it means. */
export const listModels: Handler = async ({ parts: { models } }) => presentModels(models, MODEL_NAMES)
