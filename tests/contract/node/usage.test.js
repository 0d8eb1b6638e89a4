// What the SDK counts is what the gateway recorded; and who leaves is on record as gone.
import assert from 'node:assert/strict'
import { afterEach } from 'node:test'
import { feature } from './cells.js'
import { fail, mend, record } from './gateway.js'
import { question } from './questions.js'

afterEach(mend)

feature(
  'usage',
  async ({ ask, upstream }) => {
    const reply = await ask(question('Say hello.'))
    const kept = await record(reply.generation)
    assert.equal(kept.provider_name, upstream.provider)
    assert.equal(kept.usage_estimated, false)
    assert.ok(kept.tokens_prompt > 0)
    assert.ok(kept.tokens_completion > 0)
    assert.equal(reply.promptTokens, kept.tokens_prompt)
    assert.equal(reply.completionTokens, kept.tokens_completion)
  },
  { streamed: [false, true] },
)

// The upstream goes silent in the middle, so that the answer cannot be over before its reader has left.
feature('abort', async ({ hangUp, upstream }) => {
  await fail({ provider: upstream.provider, fault: 'stall', after: 4 })
  const kept = await record(await hangUp(question('Say hello.')))
  assert.equal(kept.cancelled, true)
  assert.ok(kept.tokens_completion > 0)
})
