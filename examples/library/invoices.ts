/**
 * Posthorn inside one's own program: no server, no other process, one folder.
 * Run it: node --conditions=posthorn-source examples/library/invoices.ts https://example.com/hook
 */
import { open } from '@posthorn/engine'

const [url, folder = './webhooks', ...allowPrivate] = process.argv.slice(2)
if (url === undefined) throw new Error('Give the address that is to be told: node invoices.ts https://example.com/hook')

const posthorn = await open({ database: `sqlite:${folder}`, allowPrivate })
const org = 'org_my_company'

// Once for each customer; the uid is your own id of that customer.
const customers = await posthorn.applications.list(org)
const customer = customers.data[0] ?? (await posthorn.applications.create(org, { uid: 'customer-42', name: 'Acme' }))
const endpoints = await posthorn.endpoints.list(org, customer.id)
const endpoint = endpoints.data[0] ?? (await posthorn.endpoints.create(org, customer.id, { url }))
console.log('secret', (await posthorn.endpoints.secrets(org, customer.id, endpoint.id)).secret)

posthorn.on('attempt', ({ eventType, result, code }) => console.log(eventType, result, code))

// When this resolves, message and delivery are on disk.
const message = await posthorn.send(org, 'customer-42', {
  eventType: 'invoice.paid',
  eventId: `invoice-${Date.now()}`,
  payload: { invoice: 7, amount: '12.50' },
})
console.log('sent', message.id)
await posthorn.idle()
await posthorn.close()
