/** Where stored bytes lie in an S3 store. Its credentials are taken from where AWS programs look for them. */
export interface S3Settings {
  bucket: string
  /** What all keys begin with; empty, or ending in `/`. */
  prefix: string
  /** Absent: AWS. */
  endpoint?: string
  region: string
}
