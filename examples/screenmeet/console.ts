import { EngineError, type AuditEntry, type Engine, type SigningKey, type TestResult } from '@posthorn/engine'
import { StoryError } from './story-error.ts'
import { org } from './vendor.ts'

/** The ScreenMeet console, as an administrator of an organisation uses it. Its words are the vendor's. */
export interface AdminConsole {
  /** New Webhook, Save. Is Active is off. Answers its id. */
  newWebhook(url: string, description: string): Promise<string>
  test(webhook: string): Promise<TestResult>
  isActive(webhook: string, on: boolean): Promise<void>
  /** Organization -> Integration Signing Key, Show. */
  showSigningKey(): Promise<SigningKey>
  resetSigningKey(overlapSeconds: number): Promise<void>
  /** Who did what, oldest first. */
  audit(): Promise<readonly AuditEntry[]>
}

/** A request of the vendor has 100 events, or what came within 5 s. A story has no time for that. */
const batch = { maxMessages: 4, maxWaitSeconds: 0.5 }

export function openConsole(posthorn: Engine, organisation: string, administrator: string): AdminConsole {
  const by = { actor: administrator }
  return {
    async newWebhook(url, description) {
      return (await posthorn.endpoints.create(org, organisation, { url, description, batch }, by)).id
    },
    test: (webhook) => posthorn.endpoints.test(org, organisation, webhook),
    async isActive(webhook, on) {
      if (on) await posthorn.endpoints.activate(org, organisation, webhook, by)
      else await posthorn.endpoints.deactivate(org, organisation, webhook, by)
    },
    showSigningKey: () => posthorn.signingKeys.get(org, organisation, by),
    async resetSigningKey(overlapSeconds) {
      await posthorn.signingKeys.reset(org, organisation, { overlapSeconds }, by)
    },
    async audit() {
      return (await posthorn.audit.list(org, { app: organisation, order: 'ascending', limit: 250 })).data
    },
  }
}

/** What is said to somebody whose webhook cannot be. */
export async function refusalOf(doing: Promise<unknown>): Promise<string> {
  const error = await doing.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof EngineError) return error.message
  throw new StoryError('What had to be refused was done.', { cause: error })
}
