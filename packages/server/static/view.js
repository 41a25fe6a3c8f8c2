// Builds what is seen. Everything that came from outside becomes a text node, never markup, and shows its hidden characters.
import { visible } from '/visible.js'

/** `el('td', { class: 'mono' }, 'text', child)` */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') node.addEventListener(key, value)
    else node.setAttribute(key, value === true ? '' : visible(value))
  }
  const shown = children.filter((child) => child !== null && child !== undefined)
  node.append(...shown.map((child) => (child instanceof Node ? child : visible(child))))
  return node
}

const marks = {
  check: 'M3 8.500l3.300 3.300L13 4.500',
  cross: 'M4 4l8 8M12 4l-8 8',
  again: 'M12.500 6A5 5 0 1 0 13 9.500M13 3v3.300H9.700',
  alert: 'M8 3.500v5.500M8 12v.3',
  dash: 'M4 8h8',
}

/** Each result with its words, its mark and its tone; never the tone alone. "Failed" is an attempt without success, as in the totals. */
const results = {
  success: { word: 'Success', mark: 'check', tone: 'good' },
  failed: { word: 'Failed, retrying', mark: 'again', tone: 'wait' },
  exhausted: { word: 'Failed, last try', mark: 'cross', tone: 'bad' },
  interrupted: { word: 'Interrupted', mark: 'alert', tone: 'wait' },
  cancelled: { word: 'Cancelled', mark: 'dash', tone: 'none' },
  quarantined: { word: 'Quarantined', mark: 'alert', tone: 'bad' },
}

export function badge(result) {
  const { word, mark, tone } = results[result] ?? { word: result, mark: 'dash', tone: 'none' }
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  for (const [key, value] of Object.entries({ viewBox: '0 0 16 16', width: 14, height: 14, 'aria-hidden': 'true' })) {
    svg.setAttribute(key, value)
  }
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  const stroke = { d: marks[mark], fill: 'none', stroke: 'currentColor', 'stroke-width': 2 }
  for (const [key, value] of Object.entries({ ...stroke, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })) {
    path.setAttribute(key, value)
  }
  svg.append(path)
  return el('span', { class: 'badge', 'data-tone': tone }, svg, word)
}

export function duration(ms) {
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

// The page is in English, so its times are too. The zone is the reader's, and is named with the whole moment.
const time = { hour: '2-digit', minute: '2-digit', second: '2-digit' }
const shortMoment = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short', ...time })
const wholeMoment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' })

/** Date and time of the reader's zone; the whole moment in UTC on hover. */
export function moment(iso, whole = false) {
  return el('time', { datetime: iso, title: iso }, (whole ? wholeMoment : shortMoment).format(new Date(iso)))
}

function hostOf(url) {
  try {
    const { host, pathname } = new URL(url)
    return host + (pathname === '/' ? '' : pathname)
  } catch {
    return url
  }
}

/** A row of the log. `open` is called with the entry. */
export function row(entry, applicationName, open) {
  return el(
    'tr',
    { 'data-id': entry.id, 'data-ok': String(entry.result === 'success') },
    el('td', {}, badge(entry.result)),
    el(
      'td',
      { title: entry.eventType },
      el('button', { type: 'button', class: 'open', click: () => open(entry) }, entry.eventType),
    ),
    el('td', { class: 'mono soft', title: entry.msgId }, entry.requestId),
    el('td', { class: 'number mono' }, entry.code === 0 ? '–' : String(entry.code)),
    el('td', { class: 'number mono' }, duration(entry.durationMs)),
    el('td', { title: entry.url }, `${applicationName} `, el('span', { class: 'soft' }, `› ${hostOf(entry.url)}`)),
    el('td', { class: 'number mono soft' }, moment(entry.timestamp)),
  )
}

function copyButton(text) {
  const button = el('button', { type: 'button', class: 'button' }, 'Copy')
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text)
    button.textContent = 'Copied'
    setTimeout(() => (button.textContent = 'Copy'), 1500)
  })
  return button
}

function block(title, text) {
  return [el('h3', {}, title, copyButton(text)), el('pre', { class: 'block', tabindex: 0 }, el('code', {}, text))]
}

function headerList(title, headers) {
  const items = headers.flatMap(([name, value]) => [
    el('dt', { class: 'mono' }, name),
    el('dd', { class: 'mono' }, value),
  ])
  return [el('h3', {}, title), el('dl', { class: 'headers' }, ...items)]
}

function fact(name, value) {
  return [el('dt', {}, name), el('dd', {}, value)]
}

/** The body as it was sent, byte for byte; of a batch, the part of this message. */
function bodyOf({ request, batchId }) {
  const title = batchId === null ? 'Request body' : 'Request body (the part of this message in its batch)'
  if (request.body !== null) return block(title, request.body)
  const reason = request.method === 'GET' ? 'A GET has none.' : 'No longer stored, or the endpoint was deleted.'
  return [el('h3', {}, title), el('p', { class: 'soft' }, reason)]
}

/** The details of an attempt. `attempt` is `null` while it is being fetched. */
export function details(entry, applicationName, { attempt, problem }, close) {
  const parts = [
    el(
      'header',
      {},
      el('h2', { id: 'drawer-title' }, entry.eventType),
      badge(entry.result),
      el('button', { type: 'button', class: 'button', click: close, 'aria-label': 'Close the details' }, 'Close'),
    ),
    entry.error &&
      el('p', { class: 'note' }, entry.error.message, ' ', el('code', { class: 'soft' }, entry.error.code)),
    problem && el('p', { class: 'note' }, problem),
    el(
      'dl',
      { class: 'facts' },
      ...fact('Request id', el('span', { class: 'mono' }, entry.requestId)),
      ...fact('Answer', `${entry.code === 0 ? 'none' : entry.code} after ${duration(entry.durationMs)}`),
      ...fact('Attempt', `${entry.attempt}${entry.triggerType === 1 ? ', by hand' : ''}`),
      ...(entry.nextAttempt ? fact('Next', moment(entry.nextAttempt, true)) : []),
      ...fact('Time', moment(entry.timestamp, true)),
      ...fact('Application', applicationName),
      ...fact('Endpoint', el('span', { class: 'mono' }, entry.url)),
      ...(attempt?.remoteAddress ? fact('Address', el('span', { class: 'mono' }, attempt.remoteAddress)) : []),
    ),
  ]
  if (attempt?.request) {
    parts.push(...headerList(`Request headers (${attempt.request.method})`, attempt.request.headers))
    parts.push(...bodyOf(attempt))
  }
  if (attempt?.responseHeaders) {
    parts.push(...headerList('Response headers', attempt.responseHeaders))
    parts.push(
      ...(attempt.response === ''
        ? [el('h3', {}, 'Response body'), el('p', { class: 'soft' }, 'Empty.')]
        : block(attempt.responseTruncated ? 'Response body (its beginning)' : 'Response body', attempt.response)),
    )
  }
  if (!attempt && !problem) parts.push(el('p', { class: 'soft' }, 'Fetching the rest …'))
  return parts.filter((part) => part !== null && part !== undefined && part !== false)
}
