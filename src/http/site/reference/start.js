// Runs in the browser, on the page of the API reference: draws the description of this very server.
globalThis.SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.querySelector('#reference'),
  deepLinking: true,
  docExpansion: 'list',
  filter: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: -1,
  // Else it would ask a server elsewhere whether the description is valid.
  validatorUrl: null,
})
