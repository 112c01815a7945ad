/** Where an S3 store is. Its credentials are taken from where AWS programs look for them. */
export interface S3Place {
  /** Absent: AWS. */
  endpoint?: string
  region: string
}

/** Where stored bytes lie in it. */
export interface S3Settings extends S3Place {
  bucket: string
  /** What all keys begin with; empty, or ending in `/`. */
  prefix: string
}
