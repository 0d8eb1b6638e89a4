// What is asked and what must come back, in words that belong to no protocol and no SDK.
//
// A question: { text, attachments, tools, schema, thinks, maxTokens, after }. `after` is what was said before:
// { question, reply, results }, where `results` answer the reply's tool calls in their order; with results, `text`
// is empty: the results are what is asked.
//
// A reply: { text, finish, generation, promptTokens, completionTokens, native, calls, reasoning, pieces }. `native` is
// what the SDK's user puts into the next request's history; `pieces` counts the text deltas of a stream.

export const MAX_TOKENS = 2000

export function question(text, more = {}) {
  return { text, attachments: [], tools: [], thinks: false, maxTokens: MAX_TOKENS, ...more }
}

// The results of a reply's calls, beside the calls that they answer.
export function answered({ reply, results }) {
  return reply.calls.map((call, index) => ({ call, result: results[index] }))
}

export function dataUrl(attachment) {
  return `data:${attachment.mediaType};base64,${attachment.data}`
}

export function isImage(attachment) {
  return attachment.mediaType.startsWith('image/')
}

function parameters(properties) {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false }
}

export const WEATHER = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: parameters({ city: { type: 'string' }, days: { type: 'integer' } }),
}
export const POPULATION = {
  name: 'get_population',
  description: 'How many people live in a city.',
  parameters: parameters({ city: { type: 'string' } }),
}
export const PIXEL = {
  mediaType: 'image/png',
  name: 'pixel.png',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
}
// One empty page: the least that calls itself a PDF.
const PAGE =
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n'
export const PAPER = { mediaType: 'application/pdf', name: 'paper.pdf', data: Buffer.from(PAGE).toString('base64') }

// Two, three and four bytes a letter, joined emoji, and the line separators on which naive readers split.
export const UNICODE = 'Zürich 東京 🏔️ 👩‍👩‍👧‍👦 a\u2028b\u2029c\u0085d'
