// How each feature came through at each client and upstream: a JSON line each in the file that CONTRACT_RESULTS names,
// as the Python part writes them (tests/contract/verdicts.py).
import { appendFileSync } from 'node:fs'

export function verdict({ client, protocol }, upstream, feature, error) {
  const file = process.env.CONTRACT_RESULTS
  if (!file) return
  const result = error ? 'refused' : upstream.yes.includes(protocol) ? 'yes' : 'translated'
  appendFileSync(file, JSON.stringify({ client, protocol, upstream: upstream.dialect, feature, result, error }) + '\n')
}
