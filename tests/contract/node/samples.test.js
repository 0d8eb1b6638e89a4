// Whatever the pages show as TypeScript is run as it stands, and answers.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { ACCOUNT } from './gateway.js'

// One model of each kind: their samples differ from those of all others in the name alone.
const MODELS = ['openai/gpt-4.1', 'openai/text-embedding-3-small']
const LANGUAGES = ['TypeScript', 'OpenAI-TypeScript']
const run = promisify(execFile)

async function shown() {
  const read = async (path) => (await fetch(`${ACCOUNT.url}${path}`)).json()
  const pages = await Promise.all(MODELS.map((model) => read(`/models/${model}.json`)))
  const docs = await read('/docs.json')
  const every = [...pages.flatMap((page) => page.samples), ...docs.quickstart, ...docs.streaming]
  return every.filter((sample) => LANGUAGES.includes(sample.language))
}

test('every TypeScript sample of every page answers', async () => {
  const samples = await shown()
  assert.equal(samples.length, 7)
  const env = { ...process.env, SWITCHBOARD_API_KEY: ACCOUNT.key }
  for (const { code } of samples) {
    const { stdout } = await run('node', ['--input-type=module', '-e', code], { env, cwd: import.meta.dirname })
    assert.ok(stdout.trim(), code)
    assert.notEqual(stdout.trim(), 'undefined', code)
  }
})
