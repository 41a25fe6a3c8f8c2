// The live log: connects source.js (data) with view.js (what is seen).
import { claimsOf, follow, get, keepToken, storedToken } from '/source.js'
import { details, row } from '/view.js'
import { visible } from '/visible.js'

const maxRows = 500
const maxApplications = 50
const byId = (id) => document.getElementById(id)

let token = null
let connection = new AbortController()
let paused = false
let waiting = []
let frame = 0
let opened = null
let counts = { total: 0, success: 0, failed: 0 }
const names = new Map()
const seen = new Set()

function start(given) {
  token = given
  connection.abort()
  connection = new AbortController()
  seen.clear()
  names.clear()
  waiting = []
  counts = { total: 0, success: 0, failed: 0 }
  byId('entries').replaceChildren()
  closeDetails()
  showCounts()
  setPaused(false)
  for (const id of ['log', 'pause', 'leave']) byId(id).hidden = token === null
  byId('token-form').hidden = token !== null
  byId('scope').textContent = token === null ? '' : visible(claimsOf(token).sub ?? '')
  if (token === null) {
    showState('off')
    byId('token').focus()
  } else {
    void run(connection.signal)
  }
}

async function run(signal) {
  let first = true
  const onState = (state) => {
    showState(state)
    if (state !== 'live') return
    // What happened while the stream was down is in the log; the first time, that is all of it.
    void load(signal, first).catch(leaveWith)
    first = false
  }
  try {
    await follow(token, { onEntry: receive, onState, signal })
  } catch (error) {
    leaveWith(error)
  }
}

function leaveWith(error) {
  if (error?.status !== 401 && error?.status !== 403) return
  keepToken(null)
  start(null)
  byId('token-problem').textContent =
    error.status === 401
      ? 'This server does not accept this token: it is incomplete, was made for another server, or has expired. "posthorn token" prints a new one.'
      : visible(error.message)
}

/** The newest entries and the counts of every application that the token sees. */
async function load(signal, withCounts) {
  const { sub = '' } = claimsOf(token)
  const applications = sub.startsWith('app_')
    ? [await get(token, `/app/${sub}`)]
    : (await get(token, `/app?limit=${maxApplications}`)).data
  const entries = []
  const totals = { total: 0, success: 0, failed: 0 }
  await Promise.all(
    applications.map(async ({ id, name }) => {
      names.set(id, name)
      const [log, summary] = await Promise.all([
        get(token, `/app/${id}/log?limit=100`),
        get(token, `/app/${id}/log/summary`),
      ])
      entries.push(...log.data)
      for (const key of Object.keys(totals)) totals[key] += Number(summary[key])
    }),
  )
  if (signal.aborted) return
  const fresh = entries.filter(({ id }) => !seen.has(id))
  fresh.sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
  for (const entry of fresh) remember(entry)
  if (withCounts || totals.total > counts.total) counts = totals
  showCounts()
  insert(fresh)
  byId('empty').hidden = byId('entries').childElementCount > 0
  byId('rows').hidden = !byId('empty').hidden
  showCommand(applications[0]?.id)
}

/** One live entry. */
function receive(entry) {
  if (seen.has(entry.id)) return
  remember(entry)
  counts.total++
  if (entry.result === 'success') counts.success++
  else if (entry.result !== 'cancelled') counts.failed++
  waiting.push(entry)
  if (waiting.length > maxRows) waiting = waiting.slice(-maxRows)
  frame ||= requestAnimationFrame(flush)
}

function remember(entry) {
  seen.add(entry.id)
  if (seen.size > 20 * maxRows) for (const id of [...seen].slice(0, 10 * maxRows)) seen.delete(id)
}

function flush() {
  frame = 0
  showCounts()
  if (paused) {
    byId('pause').textContent = `Resume (${waiting.length})`
    return
  }
  const entries = waiting
  waiting = []
  byId('empty').hidden = true
  byId('rows').hidden = false
  insert(entries)
}

/** Puts entries, the oldest first, on top. */
function insert(entries) {
  if (entries.length === 0) return
  const list = byId('entries')
  list.prepend(...entries.slice(-maxRows).toReversed().map(rowOf))
  while (list.childElementCount > maxRows) list.lastElementChild.remove()
}

function rowOf(entry) {
  if (!names.has(entry.appId)) void learnName(entry.appId)
  const node = row(entry, names.get(entry.appId) ?? entry.appId, openDetails)
  node.setAttribute('aria-selected', String(opened === entry.id))
  return node
}

/** An application that was created after the page was opened. */
async function learnName(id) {
  names.set(id, id)
  try {
    names.set(id, (await get(token, `/app/${id}`)).name)
  } catch {
    // Its id will do.
  }
}

async function openDetails(entry) {
  opened = entry.id
  select(entry.id)
  const drawer = byId('drawer')
  const show = (content) =>
    opened === entry.id &&
    drawer.replaceChildren(...details(entry, names.get(entry.appId) ?? entry.appId, content, closeDetails))
  show({ attempt: null })
  drawer.hidden = false
  drawer.scrollTop = 0
  drawer.focus()
  try {
    show({ attempt: await get(token, `/app/${entry.appId}/msg/${entry.msgId}/attempt/${entry.id}`) })
  } catch (error) {
    show({ attempt: null, problem: `The rest could not be fetched. ${error.message}` })
  }
}

function closeDetails() {
  const last = opened
  opened = null
  select(null)
  byId('drawer').hidden = true
  if (last) document.querySelector(`tr[data-id="${CSS.escape(last)}"] .open`)?.focus({ preventScroll: true })
}

function select(id) {
  for (const node of byId('entries').children) node.setAttribute('aria-selected', String(node.dataset.id === id))
}

function setPaused(value) {
  paused = value
  byId('pause').textContent = paused ? 'Resume' : 'Pause'
  byId('pause').setAttribute('aria-pressed', String(paused))
  if (byId('state').dataset.state !== 'lost') showState(token === null ? 'off' : paused ? 'paused' : 'live')
  if (!paused && waiting.length > 0) flush()
}

function showState(state) {
  const shown = state === 'live' && paused ? 'paused' : state
  byId('state').dataset.state = shown
  byId('state').textContent = {
    live: 'Live',
    paused: 'Paused',
    lost: 'Connection lost, trying again',
    off: 'Not connected',
  }[shown]
}

const whole = new Intl.NumberFormat('en')
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

function showCounts() {
  for (const key of ['total', 'success', 'failed']) {
    byId(key).textContent = whole.format(counts[key])
    byId(key).dataset.zero = String(counts[key] === 0)
  }
  for (const key of ['success', 'failed']) {
    byId(`${key}-share`).textContent = counts.total === 0 ? '' : percent.format(counts[key] / counts.total)
  }
}

function commandWith(bearer, application) {
  const post = (path, body) =>
    `curl -H "$AUTH" -H "$JSON" ${location.origin}/api/v1/app${path} -d '${JSON.stringify(body)}'`
  const app = application ?? 'demo'
  return [
    `AUTH='Authorization: Bearer ${bearer}' JSON='Content-Type: application/json'`,
    ...(application ? [] : [post('', { name: 'Demo', uid: app })]),
    post(`/${app}/endpoint`, { url: 'https://example.com/hook' }),
    post(`/${app}/msg`, { eventType: 'demo.hello', payload: { hello: 'world' } }),
  ].join('\n')
}

function showCommand(application) {
  byId('command').textContent = commandWith(`${token.slice(0, 6)}…`, application)
  byId('copy-command').onclick = () => navigator.clipboard.writeText(commandWith(token, application))
}

byId('token-form').addEventListener('submit', (event) => {
  event.preventDefault()
  byId('token-problem').textContent = ''
  const given = byId('token').value.trim()
  byId('token').value = ''
  keepToken(given)
  start(given)
})
byId('leave').addEventListener('click', () => {
  keepToken(null)
  start(null)
})
byId('pause').addEventListener('click', () => setPaused(!paused))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && opened) closeDetails()
})
for (const input of document.querySelectorAll('input[name=filter]')) {
  input.addEventListener('change', () => (byId('rows').dataset.filter = input.value))
}

// Screen readers hear a count now and then, not every row.
let announced = { ...counts }
setInterval(() => {
  const total = counts.total - announced.total
  if (total > 0 && !paused) {
    byId('announcement').textContent = `${total} new attempts, ${counts.failed - announced.failed} of them failed`
  }
  announced = { ...counts }
}, 10_000)

start(storedToken())
