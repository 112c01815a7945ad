/** `npm run test:all` runs what takes long too: more files, more kills, more installations. */
export const isLongForm = process.env['EMBEDLINE_TESTS'] === 'all'
