// What was spent: one answer of the API, summed here by day and by whatever is chosen.

import { api, askForKey, byId, dollars, element, fillTable, number, reason, say, whole } from './common.js'

const DAY_MS = 86_400_000
const NAMES = {
  model: (row) => row.model,
  provider: (row) => row.provider_name,
  key: (row) => row.api_key_name ?? row.key_id,
}
const SVG = 'http://www.w3.org/2000/svg'
const [WIDTH, HEIGHT] = [720, 120]

let key = null
let rows = []

const forget = askForKey('management', (found) => {
  key = found
  load()
})
for (const id of ['days', 'by']) byId(id).addEventListener('change', () => (id === 'days' ? load() : draw()))
byId('csv').addEventListener('click', download)

function address(shape) {
  const first = new Date(Date.now() - (Number(byId('days').value) - 1) * DAY_MS).toISOString().slice(0, 10)
  const groups = shape === 'csv' ? `date,${byId('by').value}` : 'date,model,provider,key'
  return `${api}/activity?${new URLSearchParams({ start_date: first, group_by: groups, format: shape })}`
}

async function read(shape) {
  const reply = await fetch(address(shape), { headers: { authorization: `Bearer ${key}` } })
  if (reply.ok) return reply
  const words = await reason(reply)
  if (reply.status === 401 || reply.status === 403) forget()
  throw new Error(words)
}

async function load() {
  say('')
  try {
    rows = (await (await read('json')).json()).data
    draw()
  } catch (error) {
    say(error.message)
  }
}

async function download() {
  try {
    const blob = await (await read('csv')).blob()
    const link = element('a', { href: URL.createObjectURL(blob), download: `activity-${byId('by').value}.csv` })
    link.click()
    URL.revokeObjectURL(link.href)
  } catch (error) {
    say(error.message)
  }
}

function summed(some) {
  const add = (name) => some.reduce((sum, row) => sum + row[name], 0)
  const total = { cost: add('usage_nano_dollars'), requests: add('requests'), failed: add('failed_requests') }
  return { ...total, prompt: add('prompt_tokens'), completion: add('completion_tokens'), cached: add('cached_tokens') }
}

const share = (part, all) => (all ? `${((100 * part) / all).toFixed(1)} %` : 'no data')

function draw() {
  const all = summed(rows)
  byId('spent').textContent = dollars(all.cost)
  byId('requests').textContent = whole(all.requests)
  byId('tokens').textContent = whole(all.prompt + all.completion)
  byId('errors').textContent = share(all.failed, all.requests)
  byId('cached').textContent = share(all.cached, all.prompt)
  drawDays()
  const name = NAMES[byId('by').value]
  const groups = [...Map.groupBy(rows, name)].map(([label, some]) => [label, summed(some)])
  groups.sort(([, one], [, other]) => other.cost - one.cost || other.requests - one.requests)
  const chosen = byId('by').selectedOptions[0].textContent
  byId('first-column').textContent = chosen
  byId('by-title').textContent = `By ${chosen.toLowerCase()}`
  fillTable(
    'rows',
    groups.map(([label, sum]) => [
      label,
      number(dollars(sum.cost)),
      number(whole(sum.requests)),
      number(share(sum.failed, sum.requests)),
      number(whole(sum.prompt)),
      number(whole(sum.completion)),
      number(share(sum.cached, sum.prompt)),
    ]),
  )
  byId('nothing').hidden = rows.length > 0
}

function drawDays() {
  const count = Number(byId('days').value)
  const byDay = Map.groupBy(rows, (row) => row.date)
  const days = Array.from({ length: count }, (_, place) =>
    new Date(Date.now() - (count - 1 - place) * DAY_MS).toISOString().slice(0, 10),
  )
  const costs = days.map((day) => summed(byDay.get(day) ?? []).cost)
  const most = Math.max(...costs)
  const step = WIDTH / count
  const bars = costs.flatMap((cost, place) => {
    if (!cost) return []
    const tall = Math.max(2, (HEIGHT * cost) / most)
    return [bar({ x: place * step, y: HEIGHT - tall, width: step - 1, height: tall }, `${days[place]}: ${dollars(cost)}`)]
  })
  byId('days-chart').replaceChildren(...bars)
  byId('days-caption').textContent = `${days[0]} to ${days.at(-1)} · most on one day: ${dollars(most)}`
}

function bar(place, title) {
  const made = document.createElementNS(SVG, 'rect')
  for (const [name, value] of Object.entries(place)) made.setAttribute(name, value.toFixed(2))
  const words = document.createElementNS(SVG, 'title')
  words.textContent = title
  made.append(words)
  return made
}
