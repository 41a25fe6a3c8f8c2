/** Nouns for tests: complete rows of which a test says only what it is about. */
import type { Application, Endpoint, EventType } from '../model.ts'

export function anApplication(fields: Partial<Application> = {}): Application {
  return {
    id: 'app_1',
    org: 'org_1',
    uid: null,
    name: 'Acme',
    metadata: {},
    rateLimit: null,
    dialect: null,
    params: {},
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function anEndpoint(fields: Partial<Endpoint> = {}): Endpoint {
  return {
    id: 'ep_1',
    org: 'org_1',
    app: 'app_1',
    uid: null,
    url: 'https://example.com/hook',
    description: '',
    eventTypes: null,
    channels: null,
    disabled: false,
    metadata: {},
    headers: {},
    dialect: null,
    params: {},
    retrySchedule: null,
    timeoutSeconds: null,
    rateLimit: null,
    version: 1,
    signed: true,
    hold: null,
    heldAt: null,
    failingSince: null,
    resumeFrom: 0,
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function anEventType(fields: Partial<EventType> = {}): EventType {
  return {
    org: 'org_1',
    name: 'invoice.paid',
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
