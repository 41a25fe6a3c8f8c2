/** Nouns for tests: complete rows of which a test says only what it is about. */
import { defaultsOf, endpointFields } from '@posthorn/model'
import type { Application, Endpoint, EventType, Message } from '../model.ts'

export function anApplication(fields: Partial<Application> = {}): Application {
  return {
    id: 'app_1',
    org: 'org_1',
    uid: null,
    name: 'Acme',
    metadata: {},
    rateLimit: null,
    dialect: null,
    preset: null,
    facts: {},
    params: {},
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function anEndpoint(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    ...defaultsOf(endpointFields),
    id: 'ep_1',
    org: 'org_1',
    app: 'app_1',
    url: 'https://example.com/hook',
    signed: true,
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function anEventType(fields: Partial<EventType> = {}): EventType {
  return {
    org: 'org_1',
    name: 'invoice.paid',
    title: '',
    category: null,
    platforms: null,
    sample: null,
    description: '',
    archived: false,
    deprecated: false,
    schemas: null,
    featureFlags: null,
    groupName: null,
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function aMessage(fields: Partial<Message> = {}): Message {
  return {
    id: 'msg_0K3OcC9O39pNCR5O',
    app: 'app_1',
    eventType: 'invoice.paid',
    eventId: null,
    channels: null,
    tags: null,
    payload: '{}',
    params: {},
    platform: null,
    occurredAt: 1,
    acceptedAt: 1,
    deliver: true,
    deliverAt: null,
    targets: [],
    ...fields,
  }
}
