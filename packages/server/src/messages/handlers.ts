import { EngineError, type Message } from '@posthorn/engine'
import { applicationInput } from '../applications/application.ts'
import { mayDo } from '../auth/caller.ts'
import type { Call, HandlersOf } from '../http/handler.ts'
import { pageOptions } from '../http/page.ts'
import { invalidField, Refusal } from '../http/refusal.ts'
import { pageText } from '../http/reply.ts'
import { present } from '../present.ts'
import { messageInput, messageText } from './message.ts'

export const messages: HandlersOf<'message'> = {
  'message.list': async ({ engine, org, params, query }) => {
    const { event_types: eventTypes, channel, tag, after, before, with_content: withContent = true } = query
    const filter = present({ ...pageOptions(query), eventTypes, channel, tag, after, before })
    const page = await engine.messages.list(org, params.app_id, filter)
    return pageText(
      page.data.map((message) => messageText(message, withContent)),
      page,
    )
  },

  'message.create': async (call) => {
    const { engine, org, params, query, body, raw } = call
    const input = messageInput(body, raw)
    const render = (message: Message) => messageText(message, query.with_content ?? true)
    // The payload is not kept with the answer: it may be erased, and would be stored twice.
    const kept = (message: Message) => messageText(message, false)
    const restore = async (text: string): Promise<string> => {
      const { id } = JSON.parse(text) as { id: string }
      return render(await engine.messages.get(org, params.app_id, id)).text
    }
    const send = async () => render(await engine.send(org, params.app_id, input, call.once(kept, restore)))
    try {
      return await send()
    } catch (error) {
      const missing = error instanceof EngineError && error.code === 'not_found'
      if (!missing || !(await createApplication(call))) throw error
      return send()
    }
  },

  'message.get': async ({ engine, org, params, query }) =>
    messageText(await engine.messages.get(org, params.app_id, params.msg_id), query.with_content ?? true),

  'message.expungeContent': async ({ engine, org, params }) => {
    await engine.messages.expungePayload(org, params.app_id, params.msg_id)
    return undefined
  },
}

/** The application that a message brings along, under the name in the path. Answers whether there is one now. */
async function createApplication({ engine, org, caller, params, body }: Call<'message.create'>): Promise<boolean> {
  if (body.application == null || caller.app !== null) return false
  if (!mayDo(caller, 'admin'))
    throw new Refusal(403, 'forbidden', 'To create the `application` this token needs the scope `admin`.')
  const uid = body.application.uid ?? params.app_id
  if (uid !== params.app_id) {
    throw invalidField(
      ['body', 'application', 'uid'],
      'The `uid` of the application must be the one in the path, or left out.',
    )
  }
  try {
    await engine.applications.create(org, { ...applicationInput(body.application), uid })
  } catch (error) {
    // Somebody else was faster: just as well.
    if (!(error instanceof EngineError) || error.code !== 'conflict') throw error
  }
  return true
}
