// What both signed-in pages need: the key, which stays in this tab's sessionStorage, and words for what went wrong.

export const api = new URL(document.body.dataset.api, location.href).href

export const byId = (id) => document.getElementById(id)

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

// Shows the form until there is a key. `kind` keeps keys for different work apart; `signedIn` is called with the key.
export function askForKey(kind, signedIn) {
  const place = `switchboard-${kind}-key`
  const form = byId('key-form')
  const show = (key) => {
    form.hidden = Boolean(key)
    byId('signed-in').hidden = !key
    if (key) signedIn(key)
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const key = byId('key').value.trim()
    if (!key) return byId('key').focus()
    sessionStorage.setItem(place, key)
    byId('key').value = ''
    say('')
    show(key)
    byId('signed-in').querySelector('select, input').focus()
  })
  byId('forget').addEventListener('click', () => forget(place, show))
  show(sessionStorage.getItem(place))
  return () => forget(place, show)
}

function forget(place, show) {
  sessionStorage.removeItem(place)
  show(null)
  byId('key').focus()
}

export function say(words) {
  byId('notice').textContent = words
  byId('notice').hidden = !words
}

// The gateway's own words; they say what to do next.
export async function reason(reply) {
  try {
    return (await reply.json()).error.message
  } catch {
    return `The gateway answered ${reply.status}.`
  }
}

export const whole = (number) => Math.round(number).toLocaleString('en-US')

// Nano-dollars are exact; small sums keep the digits that say something.
export function dollars(nano) {
  const usd = nano / 1e9
  const digits = usd === 0 || usd >= 1 ? 2 : Math.min(9, 2 - Math.floor(Math.log10(usd)))
  return '$' + usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: digits })
}

export const milliseconds = (ms) => (ms == null ? '-' : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`)

export function fillTable(body, rows) {
  byId(body).replaceChildren(
    ...rows.map((cells) =>
      element(
        'tr',
        {},
        ...cells.map((cell, place) => {
          const kind = place === 0 ? 'th' : 'td'
          const made = element(kind, { className: typeof cell === 'object' && cell.number ? 'n' : '' }, String(cell.text ?? cell))
          if (kind === 'th') made.scope = 'row'
          return made
        }),
      ),
    ),
  )
}

export const number = (text) => ({ text, number: true })
