/**
 * A customer's program, for Deno: asks for a backup, waits to be called back, and downloads the file. It needs nothing but this
 * file and its settings:
 *
 *     deno run --allow-net --allow-read --cert ca.pem client.ts settings.json
 *
 * `--cert` is for a vendor whose certificate an authority of its own has signed.
 */

interface Settings {
  /** The vendor's address. */
  readonly url: string
  readonly api_key: string
  readonly username: string
  readonly password: string
  /** Files with the certificate and private key that the callback is taken with. */
  readonly certificate: string
  readonly privateKey: string
}

const [settingsFile = 'settings.json'] = Deno.args
const settings = JSON.parse(await Deno.readTextFile(settingsFile)) as Settings

/** What every request after the first has in its header. */
let token = ''

try {
  token = await authenticate()
  // It listens before it asks: a callback may be quicker than the answer.
  const callback = await listen()
  await postOwnerBackup(callback.url)
  console.log('Waiting for webhook call...')
  const id = await callback.id
  await callback.close()
  await download(await getPayloadUrl(id))
} catch (error) {
  console.log('error:', error instanceof Error ? error.message : error)
  Deno.exit(1)
}

/** Step 0: who this is. */
async function authenticate(): Promise<string> {
  console.log('GET /authenticate')
  const { api_key, username, password } = settings
  const { status, json } = await ask(`/authenticate?${query({ api_key, username, password })}`)
  if (status !== 200) throw new Error(`Not signed in: ${status} ${JSON.stringify(json)}`)
  return (json as { token: string }).token
}

/** Steps 1 and 2: asks for the backup. 202 is: not finished, you will be called. */
async function postOwnerBackup(webhook_url: string): Promise<void> {
  console.log(`POST /backup/owner, webhook_url ${webhook_url}`)
  const { status, json } = await ask('/backup/owner', {
    method: 'POST',
    headers: { token, 'content-type': 'application/json' },
    body: JSON.stringify({ webhook_url }),
  })
  if (status !== 202) throw new Error(`Not accepted: ${status} ${JSON.stringify(json)}`)
  console.log(`${status}, successCode ${(json as { successCode: number }).successCode}`)
}

/** The other end of step 2: an https server of one's own, and the id once it has been called. */
async function listen(): Promise<{ url: string; id: Promise<string>; close: () => Promise<void> }> {
  const { promise: id, resolve: take } = Promise.withResolvers<string>()
  const [cert, key] = await Promise.all([
    Deno.readTextFile(settings.certificate),
    Deno.readTextFile(settings.privateKey),
  ])
  let refused: string | undefined
  const server = Deno.serve({ hostname: '127.0.0.1', port: 0, cert, key, onListen: () => undefined }, (request) => {
    const secret = request.url.split('=')[1] ?? ''
    console.log(`${request.method} from the vendor, callback received with secret-id: ${secret}`)
    if (refused === undefined) {
      // Whoever calls has to call again. This one is away for a moment, on purpose.
      refused = secret
      console.log('Answered 503: not now')
      return new Response(null, { status: 503 })
    }
    console.log(secret === refused ? 'Answered 200: the same id as before' : 'Answered 200: ANOTHER id than before')
    take(secret)
    return new Response(null, { status: 200 })
  })
  return { url: `https://127.0.0.1:${server.addr.port}`, id, close: () => server.shutdown() }
}

/** Step 3: what the id stands for. */
async function getPayloadUrl(secret: string): Promise<string> {
  console.log('GET /webhook')
  const { status, json } = await ask(`/webhook?${query({ id: secret })}`, { headers: { token } })
  if (status !== 200) throw new Error(`No payload: ${status} ${JSON.stringify(json)}`)
  const { url } = (json as { data: { url: string } }).data
  console.log(`The secret url: ${url}`)
  return url
}

/** Step 4: the file. */
async function download(url: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok) throw new Error(`No file: ${response.status}`)
  const file = await response.arrayBuffer()
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', file))
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  console.log(`Downloaded ${file.byteLength} bytes, SHA-256 ${hex}`)
}

async function ask(path: string, init?: RequestInit): Promise<{ status: number; json: unknown }> {
  const response = await fetch(settings.url + path, init)
  return { status: response.status, json: await response.json() }
}

function query(parameters: Record<string, string>): string {
  return new URLSearchParams(parameters).toString()
}
