import { checkTags, EngineError, tagOfText, type Message } from '@posthorn/engine'
import { applicationInput } from '../applications/application.ts'
import { mayDo } from '../auth/authorize.ts'
import { idempotent, type Call, type HandlersOf } from '../http/handler.ts'
import { pageOptions } from '../http/paging.ts'
import { invalidField, Refusal } from '../http/refusal.ts'
import { pageText } from '../http/json-text.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { messageInput, messageText } from './message.ts'

export const messages: HandlersOf<'message'> = {
  'message.list': async ({ engine, org, params, query }) => {
    const filter = withoutUndefined({
      ...pageOptions(query),
      eventTypes: query.event_types,
      channel: query.channel,
      tag: query.tag,
      after: query.after,
      before: query.before,
      occurredAfter: query.occurred_after,
      occurredBefore: query.occurred_before,
      requestId: query.request_id,
    })
    const page = await engine.messages.list(org, params.app_id, filter)
    return pageText(
      page.data.map((message) => messageText(message, query.with_content ?? true)),
      page,
    )
  },

  'message.create': idempotent({
    perform: async (call) => {
      const { engine, org, params, body, raw, write } = call
      const input = messageInput(body, raw)
      try {
        return await engine.send(org, params.app_id, input, write)
      } catch (error) {
        const missing = error instanceof EngineError && error.code === 'not_found'
        if (!missing || !(await createApplication(call))) throw error
        return engine.send(org, params.app_id, input, write)
      }
    },
    present: (message: Message, { query }) => messageText(message, query.with_content ?? true),
  }),

  'message.get': async ({ engine, org, params, query }) =>
    messageText(await engine.messages.get(org, params.app_id, params.msg_id), query.with_content ?? true),

  'message.expungeContent': async ({ engine, org, params, write }) => {
    if (write.ifMatch !== undefined || write.ifNoneMatch !== undefined) {
      const message = await engine.messages.get(org, params.app_id, params.msg_id)
      const texts = [messageText(message, true), messageText(message, false)]
      // Nothing else changes a message, so there is no turn in which this has to be asked.
      const tags = texts.map(({ text }) => tagOfText(text))
      checkTags(write, tags)
    }
    await engine.messages.expungePayload(org, params.app_id, params.msg_id)
    return undefined
  },
}

/** Creates the `application` of the body, whose `uid` is the name in the path. `false`: the body has none, or this token may create none. */
async function createApplication({ engine, org, caller, params, body }: Call<'message.create'>): Promise<boolean> {
  if (body.application == null || caller.app !== null) return false
  if (!mayDo(caller, 'admin'))
    throw new Refusal(403, 'forbidden', 'To create the `application` this token needs the scope `admin`.')
  const { uid } = body.application
  if (uid !== params.app_id) {
    throw invalidField(
      ['body', 'application', 'uid'],
      'To create the application, give it the `uid` that the path has.',
      uid == null ? 'value_error.missing' : 'value_error',
    )
  }
  await engine.applications.findOrCreate(org, { ...applicationInput(body.application), uid })
  return true
}
