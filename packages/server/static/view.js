// Builds what is seen. Everything that came from outside becomes a text node, never markup.

/** `el('td', { class: 'mono' }, 'text', child)` */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue
    if (typeof value === 'function') node.addEventListener(key, value)
    else node.setAttribute(key, value === true ? '' : String(value))
  }
  node.append(...children.filter((child) => child !== null && child !== undefined))
  return node
}

const marks = {
  check: 'M3 8.500l3.300 3.300L13 4.500',
  cross: 'M4 4l8 8M12 4l-8 8',
  again: 'M12.500 6A5 5 0 1 0 13 9.500M13 3v3.300H9.700',
  alert: 'M8 3.500v5.500M8 12v.3',
  dash: 'M4 8h8',
}

/** Each result with its word, its mark and its tone; never the tone alone. */
const results = {
  success: { word: 'Success', mark: 'check', tone: 'good' },
  failed: { word: 'Retrying', mark: 'again', tone: 'wait' },
  exhausted: { word: 'Failed', mark: 'cross', tone: 'bad' },
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

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

/** Local time; the whole moment in UTC on hover. */
export function moment(iso, whole = false) {
  const date = new Date(iso)
  return el('time', { datetime: iso, title: iso }, (whole ? dayAndClock : clock).format(date))
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

/** The details of an attempt. `attempt` and `message` are `null` while they are being fetched. */
export function details(entry, applicationName, { attempt, message, problem }, close) {
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
  if (message) {
    parts.push(
      ...(message.payload === null
        ? [el('h3', {}, 'Payload'), el('p', { class: 'soft' }, 'Erased, or its retention has ended.')]
        : block('Payload', JSON.stringify(message.payload, null, 2))),
    )
  }
  if (attempt?.request)
    parts.push(...headerList(`Request headers (${attempt.request.method})`, attempt.request.headers))
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
