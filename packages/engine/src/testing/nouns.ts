/** Nouns for tests: complete rows of which a test says only what it is about. */
import {
  applicationFields,
  defaultsOf,
  endpointFields,
  eventTypeFields,
  messageFields,
  type Application,
  type Endpoint,
  type EventType,
  type Message,
} from '@posthorn/model'

export function anApplication(fields: Partial<Application> = {}): Application {
  return {
    ...defaultsOf(applicationFields),
    id: 'app_1',
    org: 'org_1',
    name: 'Acme',
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
    ...defaultsOf(eventTypeFields),
    org: 'org_1',
    name: 'invoice.paid',
    createdAt: 1,
    updatedAt: 1,
    ...fields,
  }
}

export function aMessage(fields: Partial<Message> = {}): Message {
  return {
    ...defaultsOf(messageFields),
    id: 'msg_0K3OcC9O39pNCR5O',
    app: 'app_1',
    eventType: 'invoice.paid',
    payload: '{}',
    requestId: 'msg_1',
    occurredAt: 1,
    acceptedAt: 1,
    targets: [],
    ...fields,
  }
}
