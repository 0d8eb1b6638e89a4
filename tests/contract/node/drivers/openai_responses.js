// OpenAI's SDK, the Responses API without state: the whole conversation goes with every request.
import { answered, dataUrl, isImage } from '../questions.js'
import { EXCEPTIONS, connect, raised } from './openai_chat.js'

export const openaiResponses = {
  client: 'openai-node',
  protocol: 'openai-responses',
  cannot: {},
  // Its helper throws the error event as it came.
  exceptions: { ...EXCEPTIONS, brokenStream: Object },
  raised,

  async ask(account, model, question) {
    return reply(await connect(account).responses.create({ model, ...fields(question) }), 0)
  },

  async stream(account, model, question) {
    const stream = connect(account).responses.stream({ model, ...fields(question) })
    let pieces = 0
    stream.on('response.output_text.delta', () => (pieces += 1))
    return reply(await stream.finalResponse(), pieces)
  },

  async hangUp(account, model, question) {
    const events = await connect(account).responses.create({ model, stream: true, ...fields(question) })
    let id
    for await (const event of events) {
      id ??= event.response?.id
      if (event.type === 'response.output_text.delta') return generationOf(id)
    }
  },
}

function generationOf(responseId) {
  return 'gen-' + responseId.replace(/^resp_/, '').toUpperCase()
}

function fields(question) {
  return {
    input: input(question),
    store: false,
    include: ['reasoning.encrypted_content'],
    max_output_tokens: question.maxTokens,
    ...(question.tools.length && { tools: question.tools.map((tool) => ({ type: 'function', ...tool })) }),
    ...(question.schema && {
      text: { format: { type: 'json_schema', name: 'city', schema: question.schema, strict: true } },
    }),
    ...(question.thinks && { reasoning: { effort: 'low', summary: 'auto' } }),
  }
}

function input(question) {
  const { after, text, attachments } = question
  const results = after && answered(after).map(({ call, result }) => output(call, result))
  const before = after ? [...input(after.question), ...after.reply.native, ...results] : []
  if (!text) return before
  const parts = [{ type: 'input_text', text }, ...attachments.map(part)]
  return [...before, { role: 'user', content: attachments.length ? parts : text }]
}

function output(call, result) {
  return { type: 'function_call_output', call_id: call.id, output: result }
}

function part(attachment) {
  return isImage(attachment)
    ? { type: 'input_image', image_url: dataUrl(attachment), detail: 'auto' }
    : { type: 'input_file', filename: attachment.name, file_data: dataUrl(attachment) }
}

function reply(response, pieces) {
  const calls = response.output.filter((item) => item.type === 'function_call')
  const thoughts = response.output.filter((item) => item.type === 'reasoning')
  const ended = response.status === 'completed' ? 'stop' : 'length'
  return {
    text: response.output_text,
    finish: calls.length ? 'tool_calls' : ended,
    generation: generationOf(response.id),
    promptTokens: response.usage.input_tokens,
    completionTokens: response.usage.output_tokens,
    native: response.output,
    calls: calls.map((call) => ({ id: call.call_id, name: call.name, arguments: JSON.parse(call.arguments) })),
    reasoning: thoughts.flatMap((item) => item.summary.map((piece) => piece.text)).join(''),
    pieces,
  }
}
