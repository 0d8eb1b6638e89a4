// Everything that goes wrong raises the SDK's own exception for it, with a word that a program can act on.
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import { everyClient, feature } from './cells.js'
import { ACCOUNT, fail, mend } from './gateway.js'
import { question } from './questions.js'

const HELLO = question('Say hello.')
const TOO_MUCH = 'x'.repeat(21 * 1024 * 1024)
// What Codex, Claude Code and others look for before they compact a conversation.
const OVERFLOW = /context_length_exceeded|prompt is too long|exceeds the maximum number of tokens/i

afterEach(mend)

const badRequest = async (cell) => {
  assert.equal((await raised(cell, 'badRequest', question('Hi', { maxTokens: -1 }))).status, 400)
}
everyClient('a bad request', badRequest, { needs: 'badRequest' })

everyClient('an unknown key', async (cell) => {
  const account = { ...ACCOUNT, key: 'sk-sb-nobody' }
  assert.equal((await raised(cell, 'noKey', HELLO, { account })).status, 401)
})

everyClient('an unknown model', async (cell) => {
  const { status, text } = await raised(cell, 'noModel', HELLO, { model: `${cell.upstream.model}t` })
  assert.equal(status, 404)
  assert.ok(text.includes(cell.upstream.model), text)
})

everyClient('a body too large', async (cell) => {
  assert.equal((await raised(cell, 'tooLarge', question(TOO_MUCH))).status, 413)
})

everyClient('a prompt too long for the model', async (cell) => {
  const { status, text } = await raised(cell, 'context', question('word '.repeat(400_000)))
  assert.equal(status, 400)
  assert.match(text, OVERFLOW)
})

const FAILURES = [
  { mistake: 'rateLimit', title: '429 rate limit', fault: '429' },
  { mistake: 'overloaded', title: '5xx overloaded', fault: '503' },
  { mistake: 'server', title: '5xx provider failed', fault: '500' },
  { mistake: 'upstreamKey', title: '5xx provider refuses our key', fault: '401' },
  { mistake: 'context', title: '400 context overflow', fault: 'context-length' },
]
for (const { mistake, title, fault } of FAILURES) {
  feature(`error: ${title}`, async (cell) => {
    // Who is told to wait lets the endpoint alone meanwhile, and other cells need it.
    await fail({ provider: cell.upstream.provider, fault, retry_after: 0 })
    const { status, text } = await raised(cell, mistake, HELLO)
    assert.equal(String(status).slice(0, 1), title.slice(0, 1))
    if (mistake === 'context') assert.match(text, OVERFLOW)
  })
}

for (const fault of ['error-in-stream', 'cut']) {
  feature(
    `error: stream ends in ${fault}`,
    async (cell) => {
      // In one piece with its error, the beginning would never be shown: that is an answer of 5xx, not a broken stream.
      await fail({ provider: cell.upstream.provider, fault, after: 2, pause: 0.2 })
      await raised(cell, 'brokenStream', HELLO)
    },
    { streamed: [true] },
  )
}

async function raised({ client, ask }, mistake, asked, where) {
  const error = await ask(asked, where).then(
    (reply) => assert.fail(`no error, but ${JSON.stringify(reply)}`),
    (thrown) => thrown,
  )
  assert.ok(error instanceof client.exceptions[mistake], `${error?.constructor?.name}: ${error?.stack ?? error}`)
  return client.raised(error)
}
