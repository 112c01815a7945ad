const PREFIX = 'upload-'

/** The name under which the parts of an upload are kept until they are the bytes of an asset. */
export const uploadFile = (uploadId: string): string => PREFIX + uploadId

/** Of these names, those of uploads, by their ids. */
export const uploadIdsOf = (names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))
