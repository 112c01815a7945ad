/** Where the bytes of an asset are, for whoever has a key: the contract has no address for them. */
export const contentUrl = (assetId: string, origin: string): string =>
  `${origin}/api/assets/${assetId}/content`

/** A picture of an asset, by a key too. */
export const thumbnailUrl = (assetId: string, origin: string): string =>
  `${origin}/api/assets/${assetId}/thumbnails`
