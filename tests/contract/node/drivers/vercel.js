// Vercel's AI SDK, one driver for all of its providers: they differ in how they are made and asked to think.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { createOpenRouter } from '@openrouter/ai-sdk-provider'
import { APICallError, Output, generateText, jsonSchema, streamText, tool } from 'ai'
import { answered, isImage } from '../questions.js'

const FINISHES = { stop: 'stop', 'tool-calls': 'tool_calls', length: 'length' }
const THINKING_TOKENS = 1024
const MISTAKES = ['badRequest', 'noKey', 'noModel', 'tooLarge', 'context', 'rateLimit', 'overloaded', 'server', 'upstreamKey']

// Each provider may bring a copy of the class of its own: the SDK's own test looks at a mark.
const CALL_FAILED = { [Symbol.hasInstance]: (error) => APICallError.isInstance(error) }

globalThis.AI_SDK_LOG_WARNINGS = false

export const openaiChatOverAi = driver('@ai-sdk/openai', 'openai-chat', {
  cannot: { reasoning: 'its chat model reads no reasoning: OpenAI sends none there' },
  model: ({ url, key }, fetch, id) => createOpenAI({ baseURL: `${url}/api/v1`, apiKey: key, fetch }).chat(id),
})

export const openaiResponsesOverAi = driver('@ai-sdk/openai', 'openai-responses', {
  model: ({ url, key }, fetch, id) => createOpenAI({ baseURL: `${url}/api/v1`, apiKey: key, fetch }).responses(id),
  always: { openai: { store: false } },
  // It tells a reasoning model by OpenAI's own names.
  thinks: { openai: { reasoningEffort: 'low', reasoningSummary: 'auto', forceReasoning: true } },
})

export const openaiCompatibleOverAi = driver('@ai-sdk/openai-compatible', 'openai-chat', {
  model: ({ url, key }, fetch, id) =>
    createOpenAICompatible({
      name: 'switchboard',
      baseURL: `${url}/api/v1`,
      apiKey: key,
      fetch,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(id),
  thinks: { switchboard: { reasoningEffort: 'low' } },
})

export const openrouterOverAi = driver('@openrouter/ai-sdk-provider', 'openai-chat', {
  model: ({ url, key }, fetch, id) => createOpenRouter({ baseURL: `${url}/api/v1`, apiKey: key, fetch }).chat(id),
  always: { openrouter: { usage: { include: true } } },
  thinks: { openrouter: { reasoning: { effort: 'low' } } },
})

export const anthropicOverAi = driver('@ai-sdk/anthropic', 'anthropic-messages', {
  model: ({ url, key }, fetch, id) => createAnthropic({ baseURL: `${url}/api/anthropic/v1`, apiKey: key, fetch })(id),
  thinks: { anthropic: { thinking: { type: 'enabled', budgetTokens: THINKING_TOKENS } } },
})

export const googleOverAi = driver('@ai-sdk/google', 'google-generate', {
  model: ({ url, key }, fetch, id) =>
    createGoogleGenerativeAI({ baseURL: `${url}/v1beta`, apiKey: key, fetch })(`models/${id}`),
  thinks: { google: { thinkingConfig: { includeThoughts: true, thinkingBudget: THINKING_TOKENS } } },
})

function driver(client, protocol, { model, always = {}, thinks = {}, cannot = {} }) {
  // The generation's id stands in a header; the SDK does not show it before the end.
  const request = (account, id, question) => {
    const seen = {}
    const fetching = async (...asked) => {
      const response = await fetch(...asked)
      seen.generation = response.headers.get('x-generation-id')
      return response
    }
    const asked = fields(question, merged(always, question.thinks ? thinks : {}))
    return { seen, options: { model: model(account, fetching, id), ...asked } }
  }
  return {
    client,
    protocol,
    cannot: { ...cannot, badRequest: 'it refuses a negative limit itself' },
    exceptions: { ...Object.fromEntries(MISTAKES.map((name) => [name, CALL_FAILED])), brokenStream: Error },

    raised(error) {
      return { status: error.statusCode, text: `${error.message} ${error.responseBody}` }
    },

    async ask(account, id, question) {
      const { seen, options } = request(account, id, question)
      return reply(await generateText(options), seen, 0)
    },

    async stream(account, id, question) {
      const { seen, options } = request(account, id, question)
      const result = streamText({ ...options, onError: () => {} })
      let pieces = 0
      for await (const part of result.fullStream) {
        if (part.type === 'error') throw asError(part.error)
        if (part.type === 'text-delta') pieces += 1
      }
      return reply(await settled(result), seen, pieces)
    },

    async hangUp(account, id, question) {
      const { seen, options } = request(account, id, question)
      const leaving = new AbortController()
      const result = streamText({ ...options, abortSignal: leaving.signal })
      for await (const part of result.fullStream) if (part.type === 'text-delta') leaving.abort()
      return seen.generation
    },
  }
}

function merged(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return Object.fromEntries([...names].map((name) => [name, { ...one[name], ...other[name] }]))
}

// Some providers hand over an error's JSON instead of an error.
function asError(error) {
  return error instanceof Error ? error : new Error(JSON.stringify(error))
}

async function settled(result) {
  const names = ['text', 'finishReason', 'usage', 'response', 'toolCalls', 'reasoningText']
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await result[name]])))
}

function fields(question, providerOptions) {
  return {
    messages: messages(question),
    maxOutputTokens: question.maxTokens,
    maxRetries: 0,
    providerOptions,
    ...(question.tools.length && {
      tools: Object.fromEntries(
        question.tools.map(({ name, description, parameters }) => [
          name,
          tool({ description, inputSchema: jsonSchema(parameters) }),
        ]),
      ),
    }),
    ...(question.schema && { output: Output.object({ name: 'city', schema: jsonSchema(question.schema) }) }),
  }
}

function messages(question) {
  const { after, text, attachments } = question
  const before = after ? [...messages(after.question), ...after.reply.native] : []
  if (after) before.push({ role: 'tool', content: answered(after).map(toolResult) })
  return text ? [...before, { role: 'user', content: [{ type: 'text', text }, ...attachments.map(part)] }] : before
}

function toolResult({ call, result }) {
  return { type: 'tool-result', toolCallId: call.id, toolName: call.name, output: { type: 'text', value: result } }
}

function part({ mediaType, data, name, ...attachment }) {
  return isImage({ mediaType, ...attachment })
    ? { type: 'image', image: data, mediaType }
    : { type: 'file', data, mediaType, filename: name }
}

// An error inside a chat stream shows as a finish reason of its own: what broke off does not look finished.
function reply({ text, finishReason, usage, response, toolCalls, reasoningText }, { generation }, pieces) {
  if (!(finishReason in FINISHES)) throw new Error(`the answer ended with ${finishReason}`)
  return {
    text,
    finish: FINISHES[finishReason],
    generation,
    promptTokens: usage.inputTokens,
    completionTokens: usage.outputTokens,
    native: response.messages,
    calls: toolCalls.map((call) => ({ id: call.toolCallId, name: call.toolName, arguments: call.input })),
    reasoning: reasoningText ?? '',
    pieces,
  }
}
