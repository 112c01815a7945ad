const NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/
const RESERVED = /^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|\.mrap$|--x-s3$|--table-s3$/

/** True for a name that a bucket may have by the rules of Amazon S3 for general purpose buckets. */
export const isBucketName = (name: string): boolean =>
  NAME.test(name) && !name.includes('..') && !IP_ADDRESS.test(name) && !RESERVED.test(name)
