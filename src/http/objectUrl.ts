/** Where this server has an object of a bucket, as a path. */
export const objectUrl = (bucket: string, key: string): string =>
  `/api/buckets/${encodeURIComponent(bucket)}/objects/${key.split('/').map(encodeURIComponent).join('/')}`
