// OpenRouter's own SDK: the strictest reader of chat completions, every field is checked against its schema.
import { OpenRouter } from '@openrouter/sdk'
import * as errors from '@openrouter/sdk/models/errors'
import { answered, dataUrl, isImage } from '../questions.js'

export const openrouterSdk = {
  client: '@openrouter/sdk',
  protocol: 'openai-chat',
  cannot: {},
  exceptions: {
    badRequest: errors.BadRequestResponseError,
    noKey: errors.UnauthorizedResponseError,
    noModel: errors.NotFoundResponseError,
    tooLarge: errors.PayloadTooLargeResponseError,
    context: errors.BadRequestResponseError,
    rateLimit: errors.TooManyRequestsResponseError,
    overloaded: errors.ServiceUnavailableResponseError,
    server: errors.BadGatewayResponseError,
    upstreamKey: errors.ServiceUnavailableResponseError,
    brokenStream: Error,
  },

  raised(error) {
    return { status: error.statusCode, text: error.body }
  },

  async ask(account, model, question) {
    const result = await send(account, { model, ...fields(question) })
    const [{ message, finishReason }] = result.choices
    return reply(result, message, finishReason, 0)
  },

  async stream(account, model, question) {
    const asked = { model, stream: true, streamOptions: { includeUsage: true }, ...fields(question) }
    const message = { role: 'assistant', content: '', toolCalls: [] }
    let last, finish
    let pieces = 0
    for await (const chunk of await send(account, asked)) {
      if (chunk.error) throw new Error(chunk.error.message)
      last = chunk
      for (const choice of chunk.choices) {
        add(message, choice.delta)
        pieces += choice.delta.content ? 1 : 0
        finish = choice.finishReason ?? finish
      }
    }
    if (!finish) throw new Error('the stream ended without a finish reason')
    if (!message.toolCalls.length) delete message.toolCalls
    return reply(last, message, finish, pieces)
  },

  async hangUp(account, model, question) {
    const chunks = await send(account, { model, stream: true, ...fields(question) })
    for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) return chunk.id
  },
}

function send({ url, key }, chatRequest) {
  const client = new OpenRouter({ apiKey: key, serverURL: `${url}/api/v1`, timeoutMs: 30_000 })
  return client.chat.send({ chatRequest }, { retries: { strategy: 'none' } })
}

function fields(question) {
  return {
    messages: messages(question),
    maxTokens: question.maxTokens,
    ...(question.tools.length && { tools: question.tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(question.schema && {
      responseFormat: { type: 'json_schema', jsonSchema: { name: 'city', schema: question.schema, strict: true } },
    }),
    ...(question.thinks && { reasoning: { effort: 'low' } }),
  }
}

function messages(question) {
  const { after, text, attachments } = question
  const results = after && answered(after).map(({ call, result }) => tool(call, result))
  const before = after ? [...messages(after.question), after.reply.native, ...results] : []
  if (!text) return before
  const parts = [{ type: 'text', text }, ...attachments.map(part)]
  return [...before, { role: 'user', content: attachments.length ? parts : text }]
}

function tool(call, result) {
  return { role: 'tool', toolCallId: call.id, content: result }
}

function part(attachment) {
  return isImage(attachment)
    ? { type: 'image_url', imageUrl: { url: dataUrl(attachment) } }
    : { type: 'file', file: { filename: attachment.name, fileData: dataUrl(attachment) } }
}

// The message that the deltas add up to, as a program without a helper puts it together.
function add(message, delta) {
  message.content += delta.content ?? ''
  if (delta.reasoning) message.reasoning = (message.reasoning ?? '') + delta.reasoning
  for (const detail of delta.reasoningDetails ?? []) addDetail((message.reasoningDetails ??= []), detail)
  for (const piece of delta.toolCalls ?? []) addCall(message.toolCalls, piece)
}

// OpenRouter's way: what belongs to one block has one index, its text comes in pieces.
function addDetail(details, piece) {
  const known = details.find((detail) => detail.index === piece.index && detail.type === piece.type)
  if (!known) return details.push({ ...piece })
  const text = (known.text ?? '') + (piece.text ?? '')
  return Object.assign(known, defined(piece), text && { text })
}

function defined(object) {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null))
}

function addCall(calls, piece) {
  const call = (calls[piece.index] ??= { id: '', type: 'function', function: { name: '', arguments: '' } })
  call.id = piece.id ?? call.id
  call.function.name += piece.function?.name ?? ''
  call.function.arguments += piece.function?.arguments ?? ''
}

function reply(result, message, finish, pieces) {
  return {
    text: message.content ?? '',
    finish,
    generation: result.id,
    promptTokens: result.usage.promptTokens,
    completionTokens: result.usage.completionTokens,
    native: message,
    calls: (message.toolCalls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    })),
    reasoning: message.reasoning ?? '',
    pieces,
  }
}
