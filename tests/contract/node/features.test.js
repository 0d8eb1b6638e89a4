// Every feature, through every client, at every upstream dialect: what went in comes out.
import assert from 'node:assert/strict'
import { feature } from './cells.js'
import { PAPER, PIXEL, POPULATION, UNICODE, WEATHER, question } from './questions.js'

const BOTH = { streamed: [false, true] }
const CITY = ['city', 'days']

feature('plain', async ({ ask }) => {
  const reply = await ask(question('Say hello.'))
  assert.match(reply.text, /Say hello\./)
  assert.equal(reply.finish, 'stop')
  assert.equal(reply.calls.length, 0)
})

feature(
  'stream',
  async ({ ask }) => {
    const reply = await ask(question('Say hello.'))
    assert.ok(reply.pieces > 1)
    assert.match(reply.text, /Say hello\./)
    assert.equal(reply.finish, 'stop')
  },
  { streamed: [true] },
)

feature('cut at the limit', async ({ ask }) => {
  const reply = await ask(question('Tell me 300 words.', { maxTokens: 16 }))
  assert.equal(reply.finish, 'length')
})

feature(
  'tools',
  async ({ ask }) => {
    const reply = await ask(question('Use get_weather for Paris.', { tools: [WEATHER] }))
    assert.deepEqual(names(reply), ['get_weather'])
    assert.deepEqual(keys(reply), [CITY])
    assert.equal(reply.finish, 'tool_calls')
  },
  BOTH,
)

feature(
  'parallel tools',
  async ({ ask }) => {
    const reply = await ask(both())
    assert.deepEqual(names(reply), ['get_weather', 'get_population'])
    assert.equal(new Set(reply.calls.map((call) => call.id)).size, 2)
    assert.deepEqual(keys(reply), [CITY, ['city']])
  },
  BOTH,
)

feature('tool results', async ({ ask }) => {
  const asked = both()
  const after = { question: asked, reply: await ask(asked), results: ['Sunny, 24 degrees.', '2 million people.'] }
  const reply = await ask(question('', { tools: asked.tools, after }))
  assert.match(reply.text, /Sunny, 24 degrees\./)
  assert.match(reply.text, /2 million people\./)
  assert.equal(reply.finish, 'stop')
})

feature(
  'structured output',
  async ({ ask }) => {
    const reply = await ask(question('A city.', { schema: WEATHER.parameters }))
    assert.deepEqual(Object.keys(JSON.parse(reply.text)).sort(), CITY)
    assert.equal(reply.finish, 'stop')
    assert.equal(reply.calls.length, 0)
  },
  BOTH,
)

feature('image', async ({ ask }) => {
  const reply = await ask(question('What is this?', { attachments: [PIXEL] }))
  assert.match(reply.text, /1 image/)
})

feature('PDF', async ({ ask }) => {
  const reply = await ask(question('What does it say?', { attachments: [PAPER] }))
  assert.match(reply.text, /1 document/)
})

// What was thought before a tool call goes back with its result: a provider that signs it checks it.
feature(
  'reasoning replayed',
  async ({ ask, upstream }) => {
    const thinking = { tools: [WEATHER], thinks: true, maxTokens: 4000 }
    const asked = question('Use get_weather for Paris.', thinking)
    const called = await ask(asked)
    // OpenAI's models seal their thoughts and show no more.
    assert.ok(called.reasoning || upstream.dialect === 'openai-responses')
    const reply = await ask(question('', { ...thinking, after: { question: asked, reply: called, results: ['Sunny.'] } }))
    assert.match(reply.text, /Sunny\./)
  },
  { ...BOTH, needs: 'reasoning' },
)

feature(
  'unicode and emoji',
  async ({ ask }) => {
    const reply = await ask(question(UNICODE))
    assert.ok(reply.text.includes(UNICODE), reply.text)
  },
  BOTH,
)

function both() {
  return question('Use get_weather and get_population for Paris.', { tools: [WEATHER, POPULATION] })
}

function names(reply) {
  return reply.calls.map((call) => call.name)
}

function keys(reply) {
  return reply.calls.map((call) => Object.keys(call.arguments).sort())
}
