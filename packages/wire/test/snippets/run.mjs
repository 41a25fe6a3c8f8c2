// Runs the functions of JavaScript snippets; see run.py.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/** The headers as a framework or a runtime hands them over. */
function contained(name, headers) {
  const pairs = Object.entries(headers)
  const lower = pairs.map(([key, value]) => [key.toLowerCase(), value])
  switch (name) {
    case 'fetch':
      return new Headers(headers)
    case 'node':
      return { ...Object.fromEntries(lower), 'set-cookie': ['a', 'b'], nothing: undefined }
    case 'raw':
      return pairs.flat()
    case 'pairs':
      return pairs
    case 'map':
      return new Map(pairs)
    case 'http2':
      return { ':path': '/', ':method': 'POST', ...Object.fromEntries(lower), [Symbol('sensitive')]: [] }
    case 'aws':
      return Object.fromEntries(pairs.map(([key, value]) => [key, [value]]))
    case 'upper':
      return Object.fromEntries(pairs.map(([key, value]) => [key.toUpperCase(), value]))
    case 'null':
      return Object.assign(Object.create(null), headers)
    case 'twice':
      return [...pairs, ...pairs]
    default:
      return headers
  }
}

for (const { file, entry, container, arguments: given } of JSON.parse(readFileSync(0, 'utf8'))) {
  const { now, ...first } = given
  if ('body' in first) first.body = Buffer.from(first.body, 'base64')
  if (container) first.headers = contained(container, first.headers)
  try {
    const module = await import(pathToFileURL(`${process.argv[2]}/${file}`).href)
    const result = module[entry](...Object.values(first), ...(now === undefined ? [] : [now]))
    console.log(JSON.stringify({ ok: true, result }))
  } catch (error) {
    console.log(JSON.stringify({ ok: false, error: String(error) }))
  }
}
