import type { Route } from '../route.ts'
import { messageContentQuery, MessageIn, MessageList, messageListQuery, MessageOut } from '../schemas/message.ts'

export const messageRoutes = [
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/msg',
    operationId: 'message.list',
    summary: 'List messages, the newest first',
    access: 'application',
    scope: 'integrations:read',
    query: messageListQuery,
    status: 200,
    response: MessageList,
  },
  {
    method: 'POST',
    path: '/api/v1/app/{app_id}/msg',
    operationId: 'message.create',
    summary: 'Send a message',
    description:
      'The response is sent when the message and its deliveries are on disk. The payload is delivered byte for byte.',
    access: 'application',
    scope: 'messages:send',
    query: messageContentQuery,
    body: MessageIn,
    rawMember: 'payload',
    status: 202,
    response: MessageOut,
  },
  {
    method: 'GET',
    path: '/api/v1/app/{app_id}/msg/{msg_id}',
    operationId: 'message.get',
    summary: 'Get a message by its id or its `eventId`',
    access: 'application',
    scope: 'integrations:read',
    query: messageContentQuery,
    status: 200,
    response: MessageOut,
  },
  {
    method: 'DELETE',
    path: '/api/v1/app/{app_id}/msg/{msg_id}/content',
    operationId: 'message.expungeContent',
    summary: 'Erase the payload; the message and its attempts stay',
    access: 'application',
    scope: 'admin',
    status: 204,
    response: null,
  },
] as const satisfies readonly Route[]
