import { randomUUID } from 'node:crypto'
import { ApiError, type EndpointOut } from '@posthorn/api'
import type { Preset, PresetEventType } from '@posthorn/preset'
import { dialect } from '@posthorn/wire'
import type { ApiAccess } from '../api/access.ts'
import { createMessage } from '../api/post-payload.ts'
import { carriesClaim } from '../sample/new-message.ts'
import type { Receiver } from './receiver.ts'

/** One demo application: its uid is the preset's name. */
export interface Demo {
  readonly preset: DemoPreset
  readonly first: PresetEventType
}

/** A preset under the name of its demo application; `applied` is the name of the preset. */
export interface DemoPreset extends Preset {
  readonly applied: string
}

/** The uid of the endpoint that leads to the built-in receiver. */
const endpointUid = 'built-in-receiver'

/**
 * The presets of the demo applications: every preset, and the standard one again in the dialect of Svix. Svix differs from
 * Standard Webhooks only in the names of the headers, so it has no preset of its own.
 */
export function demoPresets(presets: readonly Preset[]): DemoPreset[] {
  const own = presets.map((preset) => ({ ...preset, applied: preset.name }))
  const svix = own
    .filter(({ name }) => name === 'standard')
    .map((standard) => ({ ...standard, name: 'svix', title: 'Svix', dialect: 'svix' }))
  return [...own, ...svix]
}

/**
 * Makes one application per preset through the API, with an endpoint for the built-in receiver. What exists stays; only the
 * URL is set to the current address of the receiver.
 */
export async function seedDemos(
  presets: readonly DemoPreset[],
  access: ApiAccess,
  receiver: Receiver,
): Promise<Demo[]> {
  return Promise.all(presets.map((preset) => seedDemo(preset, access, receiver)))
}

async function seedDemo(preset: DemoPreset, { client }: ApiAccess, receiver: Receiver): Promise<Demo> {
  const { name, policy, rules } = preset
  const app = { app_id: name }
  const facts = Object.entries(rules.facts).map(([fact, { example }]) => [fact, example] as const)
  const application = await client.application.create({
    query: { get_if_exists: true },
    body: { uid: name, name: `${preset.title} demo`, params: { ...preset.params }, facts: Object.fromEntries(facts) },
  })
  if (application.preset === null) {
    // Another preset, or an older version of this program, may have created the same event types.
    await client.preset.apply({ params: app, body: { name: preset.applied, overwrite: true } })
    if (preset.name !== preset.applied)
      await client.application.patch({ params: app, body: { dialect: preset.dialect } })
  }
  const url = `${policy.httpsOnly ? receiver.httpsUrl : receiver.httpUrl}/${name}`
  const endpoint = await client.endpoint
    .patch({ params: { ...app, endpoint_id: endpointUid }, body: { url } })
    .catch((error: unknown): Promise<EndpointOut> => {
      if (!(error instanceof ApiError) || error.status !== 404) throw error
      return createEndpoint(preset, client, url)
    })
  const params = { ...app, endpoint_id: endpoint.id }
  const { key: secret } = await client.endpoint.getSecret({ params })
  const currentSecret = async () => (await client.endpoint.getSecret({ params })).key
  receiver.inboxes.set(name, { dialect: preset.dialect, secret, currentSecret })
  const first = preset.eventTypes.find((type) => type.sample !== null)
  if (first === undefined) throw new Error(`The preset ${name} has no sample.`)
  return { preset, first }
}

/** Creates it, switches it on, and subscribes it, in three steps, because some presets require that order. */
async function createEndpoint(preset: DemoPreset, client: ApiAccess['client'], url: string): Promise<EndpointOut> {
  const app = { app_id: preset.name }
  const description = 'The receiver that posthorn dev runs; it verifies what comes.'
  const { id } = await client.endpoint.create({ params: app, body: { uid: endpointUid, url, description } })
  const params = { ...app, endpoint_id: id }
  await client.endpoint.activate({ params })
  return client.endpoint.patch({ params, body: { eventTypes: preset.eventTypes.map((type) => type.name) } })
}

/** Sends the first event of a demo application through the API. */
export async function sendFirst({ preset, first }: Demo, access: ApiAccess): Promise<void> {
  const claim = carriesClaim(dialect(preset.dialect)) ? { claim: randomUUID() } : {}
  const fields = { eventType: first.name, params: { ...first.params, ...claim } }
  await createMessage(access, preset.name, fields, JSON.stringify(first.sample))
}
