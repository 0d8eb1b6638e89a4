// The gateway under test, as tests/contract/node_suite.py started it.

export const ACCOUNT = { url: process.env.SWITCHBOARD_URL, key: process.env.SWITCHBOARD_KEY }
// [{ dialect, provider, model, yes }], where `yes` are the protocols that need no translation there.
export const UPSTREAMS = JSON.parse(process.env.CONTRACT_UPSTREAMS)

const SIMULATOR = process.env.SWITCHBOARD_SIMULATOR
const PAUSE_MS = 50
const PAUSES = 400

export async function fail(fault) {
  const headers = { 'content-type': 'application/json' }
  const reply = await fetch(`${SIMULATOR}/_faults`, { method: 'POST', headers, body: JSON.stringify(fault) })
  if (!reply.ok) throw new Error(await reply.text())
}

export async function mend() {
  await fetch(`${SIMULATOR}/_faults`, { method: 'DELETE' })
}

// A generation's record, which is written after the last byte: it may take a moment to be there.
export async function record(generation) {
  const headers = { authorization: `Bearer ${ACCOUNT.key}` }
  for (let pause = 0; pause < PAUSES; pause += 1) {
    const reply = await fetch(`${ACCOUNT.url}/api/v1/generation?id=${generation}`, { headers })
    if (reply.ok) return (await reply.json()).data
    await reply.text()
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
  }
  throw new Error(`no record of ${generation}`)
}
