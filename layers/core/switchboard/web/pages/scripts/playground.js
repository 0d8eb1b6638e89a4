// One request, streamed: the answer as it comes, then which endpoints were tried, what it took and what it cost.

import { api, askForKey, byId, dollars, fillTable, milliseconds, number, reason, say, whole } from './common.js'

// The record is written after the last byte; whoever asks at once may be a moment early.
const RECORD_TRIES = 5
const RECORD_PAUSE_MS = 400

let key = null
let running = null

const forget = askForKey('inference', (found) => (key = found))
const form = byId('request')
form.addEventListener('submit', (event) => {
  event.preventDefault()
  ask()
})
form.addEventListener('input', showCode)
byId('stop').addEventListener('click', () => running?.abort())
byId('copy').addEventListener('click', copy)
showCode()

function body() {
  const asked = { model: byId('model').value.trim(), messages: [] }
  if (byId('system').value.trim()) asked.messages.push({ role: 'system', content: byId('system').value })
  asked.messages.push({ role: 'user', content: byId('prompt').value })
  if (byId('most').value) asked.max_tokens = Number(byId('most').value)
  if (byId('temperature').value) asked.temperature = Number(byId('temperature').value)
  if (byId('sort').value) asked.provider = { sort: byId('sort').value }
  return { ...asked, stream: true, stream_options: { include_usage: true } }
}

function showCode() {
  const quoted = JSON.stringify(body(), null, 2).replaceAll("'", `'\\''`)
  byId('code').textContent = [
    `curl -N ${api}/chat/completions \\`,
    `  -H "Authorization: Bearer $SWITCHBOARD_API_KEY" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${quoted}'`,
  ].join('\n')
}

async function copy() {
  await navigator.clipboard.writeText(byId('code').textContent)
  byId('copy').textContent = 'Copied'
  setTimeout(() => (byId('copy').textContent = 'Copy'), 1500)
}

function busy(flag) {
  byId('send').disabled = flag
  byId('stop').disabled = !flag
  byId('answer').setAttribute('aria-busy', String(flag))
}

async function ask() {
  say('')
  for (const id of ['answer', 'thoughts']) byId(id).textContent = ''
  byId('thinking').hidden = true
  byId('outcome').hidden = true
  running = new AbortController()
  busy(true)
  let generation = null
  try {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'x-title': 'playground' }
    const asked = { method: 'POST', headers, body: JSON.stringify(body()), signal: running.signal }
    const reply = await fetch(`${api}/chat/completions`, asked)
    generation = reply.headers.get('x-generation-id')
    if (!reply.ok) {
      say(await reason(reply))
      if (reply.status === 401) forget()
    } else {
      await stream(reply)
    }
  } catch (error) {
    if (error.name === 'AbortError') stopped(generation)
    else say(error.message)
  } finally {
    busy(false)
    running = null
  }
  if (generation) await trace(generation)
}

// A gateway on Lambda does not see that its caller has gone: it is told.
function stopped(generation) {
  say('Stopped.')
  if (generation) fetch(`${api}/generations/${generation}`, { method: 'DELETE', headers: { authorization: `Bearer ${key}` } })
}

async function stream(reply) {
  const answer = byId('answer')
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + value).split('\n')
    rest = lines.pop()
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      const chunk = JSON.parse(line.slice(6))
      if (chunk.error) throw new Error(chunk.error.message)
      const delta = chunk.choices?.[0]?.delta
      answer.append(delta?.content ?? '')
      think(delta?.reasoning)
    }
  }
}

function think(words) {
  if (!words) return
  byId('thinking').hidden = false
  byId('thoughts').append(words)
}

async function trace(generation) {
  const headers = { authorization: `Bearer ${key}` }
  for (let tries = 0; tries < RECORD_TRIES; tries += 1) {
    const reply = await fetch(`${api}/generation?id=${encodeURIComponent(generation)}`, { headers })
    if (reply.ok) return showTrace((await reply.json()).data)
    await new Promise((resolve) => setTimeout(resolve, RECORD_PAUSE_MS))
  }
  say('The record of this request is not there yet.')
}

function showTrace(record) {
  byId('cost').textContent = record.cost_nano_dollars == null ? 'unknown' : dollars(record.cost_nano_dollars)
  byId('used').textContent = `${whole(record.tokens_prompt)} + ${whole(record.tokens_completion)}`
  byId('first').textContent = milliseconds(record.latency)
  byId('speed').textContent = record.throughput == null ? 'no data' : `${record.throughput.toFixed(1)} tok/s`
  byId('generation').textContent = record.id
  fillTable(
    'attempts',
    record.provider_responses.map((attempt) => [
      attempt.endpoint,
      attempt.outcome + (attempt.status ? ` (${attempt.status})` : ''),
      number(milliseconds(attempt.latency)),
      number(milliseconds(attempt.duration)),
      attempt.message ?? '',
    ]),
  )
  byId('outcome').hidden = false
}
