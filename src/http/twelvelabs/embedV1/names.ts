/** The name of the model that clients of Embed v1 from before Marengo 3.0 send. */
export const OLD_MODEL = 'Marengo-retrieval-2.7'

/** What clients of Embed v1 call its models. */
export const MODEL_NAMES: readonly string[] = [OLD_MODEL, 'marengo3.0']
