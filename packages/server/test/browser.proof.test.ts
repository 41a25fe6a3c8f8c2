/** A real browser: pages of an allowed origin call the API, pages of another cannot, and the server's own page shows what was sent. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createClient } from '@posthorn/api'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromium, startChromium, type Browser, type Page } from '../../wire/test/chromium.ts'
import { missing } from '../../wire/test/installed.ts'
import type { RunningServer } from '../src/index.ts'
import { startReceiver, startTestServer, token } from './support.ts'

const reason = missing(chromium)
const inBrowser = describe.skipIf(reason !== null)

let browser: Browser
let pages: readonly Server[]
let server: RunningServer
let script: string

/** Serves one page with the bundled clients: an origin of its own. */
async function origin(): Promise<Server> {
  const page = createServer((request, response) => {
    const isScript = request.url === '/clients.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : '<!doctype html><script type="module" src="/clients.js"></script>')
  })
  await new Promise<void>((listening) => page.listen(0, '127.0.0.1', listening))
  return page
}

const urlOf = (page: Server): string => `http://127.0.0.1:${(page.address() as AddressInfo).port}`

beforeAll(async () => {
  if (reason !== null) return
  const bundle = await rolldown({
    input: fileURLToPath(new URL('browser-clients.js', import.meta.url)),
    platform: 'browser',
    resolve: { conditionNames: ['posthorn-source', 'browser', 'import', 'default'] },
    logLevel: 'silent',
  })
  script = (await bundle.generate({ format: 'esm' })).output[0].code
  pages = [await origin(), await origin()]
  server = await startTestServer({ POSTHORN_ALLOWED_ORIGINS: urlOf(pages[0]!) })
  browser = await startChromium()
})

afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await server?.close()
  for (const page of pages ?? []) page.close()
})

/** Runs the body of an async function in a page, with these values. */
async function inPage<Result>(page: Page, values: object, body: string): Promise<Result> {
  const names = Object.keys(values)
  return (await page.evaluate(`(async ({ ${names.join(', ')} }) => { ${body} })(${JSON.stringify(values)})`)) as Result
}

inBrowser(`a page (${reason === null ? 'in Chromium' : `skipped: ${reason}`})`, () => {
  const tryThem = `
    const outcome = (work) => work.then((value) => ({ value }), (error) => ({ error: error.name, message: String(error.message), status: error.status ?? error.code }))
    const api = createClient({ url, token })
    const svix = new Svix(token, { serverUrl: url })
    const made = await outcome(api.application.create({ body: { name: 'From a page' } }))
    const listed = await outcome(svix.application.list())
    const app_id = made.value?.id ?? 'app_none'
    const sent = await outcome(svix.message.create(app_id, { eventType: 'a.b', payload: { name: 'Zoë' } }, { idempotencyKey: 'k1' }))
    const patched = await outcome(api.application.patch({ params: { app_id }, body: { name: 'Renamed' } }))
    const refused = await outcome(api.application.get({ params: { app_id: 'none' } }))
    const removed = await outcome(svix.application.delete(app_id))
    return { made, listed, sent, patched, refused, removed }`

  interface Outcome {
    readonly value?: {
      readonly id?: string
      readonly name?: string
      readonly data?: readonly { readonly id: string }[]
    }
    readonly error?: string
    readonly message?: string
    readonly status?: unknown
  }

  test('of a named origin calls the API with our client and with that of Svix', async () => {
    const page = await browser.open(urlOf(pages[0]!))
    const values = { url: server.url, token: await token({ subject: 'org_page' }) }
    const outcomes = await inPage<Record<string, Outcome>>(page, values, tryThem)
    expect(outcomes['made']?.value).toMatchObject({ name: 'From a page' })
    expect(outcomes['listed']?.value?.data?.map(({ id }) => id)).toEqual([outcomes['made']?.value?.id])
    expect(outcomes['sent']?.value).toMatchObject({ eventType: 'a.b' })
    expect(outcomes['patched']?.value).toMatchObject({ name: 'Renamed' })
    // A refusal can be read too, and is not a network error.
    expect(outcomes['refused']).toMatchObject({ error: 'ApiError', status: 404 })
    expect(outcomes['removed']?.error).toBeUndefined()
    expect((await server.engine.applications.list('org_page')).data).toEqual([])
  })

  test('of a named origin reads the headers that say more', async () => {
    const page = await browser.open(urlOf(pages[0]!))
    const values = { url: server.url, token: await token({ subject: 'org_page_headers' }) }
    const seen = await inPage<unknown>(
      page,
      values,
      `const of = async (path, init) => { const { status, headers } = await fetch(url + path, { ...init, headers: { authorization: 'Bearer ' + token } }); return { status, id: headers.get('x-request-id') !== null, allow: headers.get('allow') } }
       return [await of('/api/v1/app'), await of('/api/v1/app', { method: 'PUT' })]`,
    )
    expect(seen).toEqual([
      { status: 200, id: true, allow: null },
      { status: 405, id: true, allow: expect.stringContaining('POST') },
    ])
  })

  test('of another origin is refused by the browser, and nothing happens', async () => {
    const page = await browser.open(urlOf(pages[1]!))
    const values = { url: server.url, token: await token({ subject: 'org_stranger' }) }
    const outcomes = await inPage<Record<string, Outcome>>(page, values, tryThem)
    for (const [name, outcome] of Object.entries(outcomes)) {
      expect([name, outcome.value]).toEqual([name, undefined])
      expect([name, outcome.message]).toEqual([name, expect.stringMatching(/fetch|network/i)])
    }
    expect((await server.engine.applications.list('org_stranger')).data).toEqual([])
    // A call that needs no preflight is answered, and the page cannot read it.
    const simple = await inPage<string>(
      page,
      { url: server.url },
      `return fetch(url + '/readyz').then(() => 'read', (error) => error.name)`,
    )
    expect(simple).toBe('TypeError')
  })
})

inBrowser("the server's own page", () => {
  test('shows the body as it was sent, the date, and one word for each status', async () => {
    const org = 'org_live_page'
    const bearer = await token({ subject: org })
    const client = createClient({ url: server.url, token: bearer })
    const { id: app_id } = await client.application.create({ body: { name: 'Harbour Offices' } })
    await client.preset.apply({ params: { app_id }, body: { name: 'signinapp' } })
    const receiver = await startReceiver()
    receiver.answer = (nth) => ({ status: nth === 1 ? 200 : 500, body: nth === 1 ? '' : 'no <b>room</b>' })
    await client.endpoint.create({ params: { app_id }, body: { url: receiver.url } })
    const { sample } = await client.eventType.get({ params: { event_type_name: 'visitor.signin' } })
    const send = async (): Promise<void> => {
      const body = { eventType: 'visitor.signin', payload: sample as Record<string, unknown> }
      await client.message.create({ params: { app_id }, body })
    }
    await send()
    await expect.poll(() => receiver.received.length).toBe(1)
    await server.engine.idle()

    // The token comes with the address, and is taken out of it.
    const page = await browser.open(`${server.url}/#token=${encodeURIComponent(bearer)}`)
    const text = (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...document.querySelectorAll(${JSON.stringify(selector)})].map((node) => node.textContent.trim())`,
      )
    await expect.poll(() => text('#entries .badge')).toEqual(['Success'])
    expect(await page.evaluate('location.hash')).toBe('')

    // What happens while it is open comes live, newest first.
    await send()
    await expect.poll(() => text('#entries .badge')).toEqual(['Failed, retrying', 'Success'])
    await expect.poll(() => text('#total, #success, #failed')).toEqual(['2', '1', '1'])

    const { data } = await client.log.list({ params: { app_id }, query: {} })
    const times = (await page.evaluate(
      `[...document.querySelectorAll('#entries time')].map((node) => [node.dateTime, node.textContent])`,
    )) as [string, string][]
    expect(times.map(([iso]) => iso)).toEqual(data.map(({ timestamp }) => timestamp))
    for (const [iso, shown] of times) {
      const day = await page.evaluate(
        `new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' }).format(new Date(${JSON.stringify(iso)}))`,
      )
      expect(shown).toContain(day)
      expect(shown).toMatch(/\d\d:\d\d:\d\d/)
    }

    // The details: the whole moment with its zone, and the bytes that the receiver got, not the payload alone.
    const detailsOf = async (index: number): Promise<string[]> => {
      await page.evaluate(`document.querySelectorAll('#entries .open')[${index}].click()`)
      await expect.poll(() => text('#drawer pre code')).not.toEqual([])
      return (await text('#drawer pre code')) as string[]
    }
    const [body, answer] = await detailsOf(0)
    expect(body).toBe(receiver.received[1]!.body)
    expect(body).toContain('"pushed_at":')
    expect(answer).toBe('no <b>room</b>')
    expect(await text('#drawer .badge')).toEqual(['Failed, retrying'])
    expect(((await text('#drawer .facts')) as string[])[0]).toMatch(
      /Time\d{1,2} \w+ \d{4}.* (GMT|UTC)|Time\d{1,2} \w+ \d{4}/,
    )
    expect(await text('#drawer h3')).toEqual([
      'Request headers (POST)',
      'Request bodyCopy',
      'Response headers',
      'Response bodyCopy',
    ])
    // Only what failed.
    await page.evaluate(`document.querySelector('input[value=failed]').click()`)
    const visible = `[...document.querySelectorAll('#entries tr')].filter((row) => row.offsetParent !== null).length`
    await expect.poll(() => page.evaluate(visible)).toBe(1)
  })
})
