import { randomUUID } from 'node:crypto'
import { ApiError, type EndpointOut } from '@posthorn/api'
import { dialect } from '@posthorn/wire'
import { createMessage, type ApiAccess } from '../api-access.ts'
import type { Preset, PresetEventType } from '../presets.ts'
import { carriesClaim } from '../sample-message.ts'
import type { Receiver } from './receiver.ts'

/** One demo application: its uid is the preset's name. */
export interface Demo {
  readonly preset: Preset
  readonly first: PresetEventType
}

/** The uid of the endpoint that leads to the built-in receiver. */
const endpointUid = 'built-in-receiver'

/**
 * What the demo applications are made of: every preset, and the standard events once more as Svix has them on the wire.
 * Svix's senders differ from Standard Webhooks only in the names of the headers, so there is no preset of it.
 */
export function demoPresets(presets: readonly Preset[]): Preset[] {
  const svix = presets
    .filter(({ name }) => name === 'standard')
    .map((standard) => ({ ...standard, name: 'svix', title: 'Svix', dialect: 'svix' }))
  return [...presets, ...svix]
}

/**
 * One application a preset, with the vendor's event types and an endpoint that leads to the built-in receiver. What is
 * there already stays; only the address follows the receiver. Everything goes through the API.
 */
export async function seedDemos(presets: readonly Preset[], access: ApiAccess, receiver: Receiver): Promise<Demo[]> {
  await seedEventTypes(presets, access)
  return Promise.all(presets.map((preset) => seedDemo(preset, access, receiver)))
}

async function seedEventTypes(presets: readonly Preset[], { client }: ApiAccess): Promise<void> {
  const known = new Set<string>()
  for (let iterator: string | null = null, done = false; !done;) {
    const page: Awaited<ReturnType<typeof client.eventType.list>> = await client.eventType.list({
      query: { limit: 250, iterator, include_archived: true },
    })
    for (const { name } of page.data) known.add(name)
    ;({ iterator, done } = page)
  }
  // By name: two presets may have the same ones.
  const wanted = new Map(presets.flatMap(({ eventTypes }) => eventTypes.map((type) => [type.name, type])))
  const missing = [...wanted.values()].filter(({ name }) => !known.has(name))
  // Together: the store writes them in a few groups instead of syncing the disk for each.
  await Promise.all(
    missing.map(({ name, description, category }) =>
      client.eventType.upsert({
        params: { event_type_name: name },
        body: { description, groupName: groupName(category) },
      }),
    ),
  )
}

/** Groups are names like those of event types. */
function groupName(category: string): string {
  return category.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

async function seedDemo(preset: Preset, { client }: ApiAccess, receiver: Receiver): Promise<Demo> {
  const { name, policy } = preset
  await client.application.create({
    query: { get_if_exists: true },
    body: { uid: name, name: `${preset.title} demo`, dialect: preset.dialect, params: { ...preset.params } },
  })
  const url = `${policy.httpsOnly ? receiver.httpsUrl : receiver.httpUrl}/${name}`
  const app = { app_id: name }
  const endpoint = await client.endpoint
    .patch({ params: { ...app, endpoint_id: endpointUid }, body: { url } })
    .catch((error: unknown): Promise<EndpointOut> => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      return client.endpoint.create({
        params: app,
        body: {
          uid: endpointUid,
          url,
          description: 'The receiver that posthorn dev runs; it verifies what comes.',
          eventTypes: preset.eventTypes.map((type) => type.name),
          retrySchedule: [...policy.retrySchedule],
          timeoutSeconds: policy.timeoutSeconds,
        },
      })
    })
  const currentSecret = async () =>
    (await client.endpoint.getSecret({ params: { ...app, endpoint_id: endpoint.id } })).key
  receiver.inboxes.set(name, { dialect: preset.dialect, secret: await currentSecret(), currentSecret })
  const first = preset.eventTypes.find((type) => type.sample !== null)
  if (first === undefined) throw new Error(`The preset ${name} has no sample.`)
  return { preset, first }
}

/** The first event of a demo, through the API like any other. */
export async function sendFirst({ preset, first }: Demo, access: ApiAccess): Promise<void> {
  const claim = carriesClaim(dialect(preset.dialect)) ? { claim: randomUUID() } : {}
  const fields = { eventType: first.name, params: { ...first.params, ...claim } }
  await createMessage(access, preset.name, fields, JSON.stringify(first.sample))
}
