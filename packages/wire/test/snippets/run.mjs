// Runs the functions of JavaScript snippets; see run.py.
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

for (const { file, entry, arguments: given } of JSON.parse(readFileSync(0, 'utf8'))) {
  const { now, ...first } = given
  if ('body' in first) first.body = Buffer.from(first.body, 'base64')
  try {
    const module = await import(pathToFileURL(`${process.argv[2]}/${file}`).href)
    const result = module[entry](...Object.values(first), ...(now === undefined ? [] : [now]))
    console.log(JSON.stringify({ ok: true, result }))
  } catch (error) {
    console.log(JSON.stringify({ ok: false, error: String(error) }))
  }
}
