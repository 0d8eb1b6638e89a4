// OpenAI's SDK, chat completions.
import OpenAI from 'openai'
import { answered, dataUrl, isImage } from '../questions.js'

export const EXCEPTIONS = {
  badRequest: OpenAI.BadRequestError,
  noKey: OpenAI.AuthenticationError,
  noModel: OpenAI.NotFoundError,
  tooLarge: OpenAI.APIError,
  context: OpenAI.BadRequestError,
  rateLimit: OpenAI.RateLimitError,
  overloaded: OpenAI.InternalServerError,
  server: OpenAI.InternalServerError,
  upstreamKey: OpenAI.InternalServerError,
  brokenStream: OpenAI.APIError,
}

export function connect({ url, key }) {
  return new OpenAI({ baseURL: `${url}/api/v1`, apiKey: key, maxRetries: 0, timeout: 30_000 })
}

export function raised(error) {
  return { status: error.status, text: `${error.code} ${error.message}` }
}

export const openaiChat = {
  client: 'openai-node',
  protocol: 'openai-chat',
  cannot: {},
  exceptions: EXCEPTIONS,
  raised,

  async ask(account, model, question) {
    return reply(await connect(account).chat.completions.create({ model, ...fields(question) }), 0)
  },

  async stream(account, model, question) {
    const asked = { model, ...fields(question), stream_options: { include_usage: true } }
    const stream = connect(account).chat.completions.stream(asked)
    let pieces = 0
    stream.on('content.delta', () => (pieces += 1))
    return reply(await stream.finalChatCompletion(), pieces)
  },

  async hangUp(account, model, question) {
    const chunks = await connect(account).chat.completions.create({ model, stream: true, ...fields(question) })
    for await (const chunk of chunks) if (chunk.choices[0]?.delta.content) return chunk.id // leaving the loop hangs up
  },
}

export function chatPart(attachment) {
  return isImage(attachment)
    ? { type: 'image_url', image_url: { url: dataUrl(attachment) } }
    : { type: 'file', file: { filename: attachment.name, file_data: dataUrl(attachment) } }
}

function fields(question) {
  return {
    messages: messages(question),
    max_completion_tokens: question.maxTokens,
    ...(question.tools.length && { tools: question.tools.map((tool) => ({ type: 'function', function: tool })) }),
    ...(question.schema && {
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema: question.schema, strict: true } },
    }),
    ...(question.thinks && { reasoning_effort: 'low' }),
  }
}

function messages(question) {
  const { after, text, attachments } = question
  const results = after && answered(after).map(({ call, result }) => tool(call, result))
  const before = after ? [...messages(after.question), after.reply.native, ...results] : []
  if (!text) return before
  const parts = [{ type: 'text', text }, ...attachments.map(chatPart)]
  return [...before, { role: 'user', content: attachments.length ? parts : text }]
}

function tool(call, result) {
  return { role: 'tool', tool_call_id: call.id, content: result }
}

function reply(completion, pieces) {
  const [{ message, finish_reason }] = completion.choices
  return {
    text: message.content ?? '',
    finish: finish_reason,
    generation: completion.id,
    promptTokens: completion.usage.prompt_tokens,
    completionTokens: completion.usage.completion_tokens,
    native: message,
    calls: (message.tool_calls ?? []).map((call) => ({
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    })),
    reasoning: message.reasoning ?? '',
    pieces,
  }
}
