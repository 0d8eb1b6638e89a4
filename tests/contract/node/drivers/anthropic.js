// Anthropic's SDK.
import Anthropic from '@anthropic-ai/sdk'
import { answered, isImage } from '../questions.js'

const FINISHES = { end_turn: 'stop', tool_use: 'tool_calls', max_tokens: 'length' }
const THINKING_TOKENS = 1024

export const anthropicMessages = {
  client: '@anthropic-ai/sdk',
  protocol: 'anthropic-messages',
  cannot: {},
  exceptions: {
    badRequest: Anthropic.BadRequestError,
    noKey: Anthropic.AuthenticationError,
    noModel: Anthropic.NotFoundError,
    tooLarge: Anthropic.APIError,
    context: Anthropic.BadRequestError,
    rateLimit: Anthropic.RateLimitError,
    overloaded: Anthropic.InternalServerError,
    server: Anthropic.InternalServerError,
    upstreamKey: Anthropic.InternalServerError,
    brokenStream: Anthropic.APIError,
  },

  raised(error) {
    return { status: error.status, text: error.message }
  },

  async ask(account, model, question) {
    return reply(await connect(account).messages.create({ model, ...fields(question) }), 0)
  },

  async stream(account, model, question) {
    const stream = connect(account).messages.stream({ model, ...fields(question) })
    let pieces = 0
    stream.on('text', () => (pieces += 1))
    return reply(await stream.finalMessage(), pieces)
  },

  async hangUp(account, model, question) {
    const events = await connect(account).messages.create({ model, stream: true, ...fields(question) })
    let id
    for await (const event of events) {
      id ??= event.message?.id
      if (event.type === 'content_block_delta') return generationOf(id)
    }
  },
}

function connect({ url, key }) {
  return new Anthropic({ baseURL: `${url}/api/anthropic`, apiKey: key, maxRetries: 0, timeout: 30_000 })
}

function generationOf(messageId) {
  return messageId.replace(/^msg_/, '')
}

function fields(question) {
  return {
    messages: messages(question),
    max_tokens: question.maxTokens,
    ...(question.tools.length && {
      tools: question.tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: parameters,
      })),
    }),
    ...(question.schema && { output_config: { format: { type: 'json_schema', schema: question.schema } } }),
    ...(question.thinks && { thinking: { type: 'enabled', budget_tokens: THINKING_TOKENS } }),
  }
}

function messages(question) {
  const { after, text, attachments } = question
  const before = after ? [...messages(after.question), { role: 'assistant', content: after.reply.native }] : []
  const results = after ? answered(after).map(({ call, result }) => toolResult(call, result)) : []
  const said = text ? [...attachments.map(part), { type: 'text', text }] : []
  return [...before, { role: 'user', content: [...results, ...said] }]
}

function toolResult(call, result) {
  return { type: 'tool_result', tool_use_id: call.id, content: result }
}

function part(attachment) {
  const source = { type: 'base64', media_type: attachment.mediaType, data: attachment.data }
  return { type: isImage(attachment) ? 'image' : 'document', source }
}

function reply(message, pieces) {
  const of = (type) => message.content.filter((block) => block.type === type)
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = message.usage
  return {
    text: of('text')
      .map((block) => block.text)
      .join(''),
    finish: FINISHES[message.stop_reason],
    generation: generationOf(message.id),
    promptTokens: input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0),
    completionTokens: output_tokens,
    native: message.content,
    calls: of('tool_use').map(({ id, name, input }) => ({ id, name, arguments: input })),
    reasoning: of('thinking')
      .map((block) => block.thinking)
      .join(''),
    pieces,
  }
}
