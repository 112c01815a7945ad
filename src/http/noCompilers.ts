/** No route has a schema of Fastify's; its compilers of them are half of its code, and are not loaded with these. */
export const NO_COMPILERS: object = {
  buildValidator: () => () => () => true,
  buildSerializer: () => () => JSON.stringify,
}
