// The matrix: a test for every client at every upstream.
import { describe, test } from 'node:test'
import { CLIENTS } from './clients.js'
import { ACCOUNT, UPSTREAMS } from './gateway.js'
import { verdict } from './verdicts.js'

const TIMEOUT_MS = 30_000

// `check(cell)` asks through cell.ask(question, streamed) and holds its expectations; what it passes is put down.
export function feature(name, check, { streamed = [false], needs } = {}) {
  for (const client of CLIENTS) {
    for (const upstream of UPSTREAMS) {
      for (const inStream of streamed) {
        const title = inStream && streamed.length > 1 ? `${name}, streamed` : name
        const skip = client.cannot[needs] ?? client.cannot[inStream ? `${needs}, streamed` : needs]
        test(`${title}: ${client.client} (${client.protocol}) at ${upstream.dialect}`, { skip, timeout: TIMEOUT_MS }, async () => {
          await check(cell(client, upstream, inStream))
          verdict(client, upstream, title)
        })
      }
    }
  }
}

// Once for each client: what the gateway itself answers, at the first upstream.
export function everyClient(name, check, { needs } = {}) {
  describe(name, () => {
    for (const client of CLIENTS) {
      const options = { skip: client.cannot[needs], timeout: TIMEOUT_MS }
      test(`${client.client} (${client.protocol})`, options, () => check(cell(client, UPSTREAMS[0], false)))
    }
  })
}

function cell(client, upstream, streamed) {
  const ask = (question, { account = ACCOUNT, model = upstream.model } = {}) =>
    (streamed ? client.stream : client.ask)(account, model, question)
  return { client, upstream, ask, hangUp: (question) => client.hangUp(ACCOUNT, upstream.model, question) }
}
