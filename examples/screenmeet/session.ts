import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '@posthorn/engine'
import { org } from './vendor.ts'

/** A support session, as far as its events go. */
export interface SupportSession {
  /** The next thing happens. */
  happen(): Promise<void>
  /** Things happen, one after another, until it is stopped; it answers how many. */
  goOn(): { stop(): Promise<number> }
}

const everyMs = 100

/** What people do in a room, over and over. */
const course = [
  ['microphone-access-requested', 'Sam asked for the microphone'],
  ['microphone-access-succeeded', 'Chris allowed the microphone'],
  ['room-entry-requested', 'Robin waits to be let in'],
  ['room-entered', 'Robin joined'],
  ['audio-muted', 'Robin muted the microphone'],
  ['camera-access-requested', 'Sam asked for the camera'],
  ['camera-access-error', 'Chris has the camera open in another program'],
  ['audio-resumed', 'Robin speaks again'],
  ['camera-access-requested', 'Sam asked for the camera'],
  ['camera-access-succeeded', 'Chris allowed the camera'],
  ['video-stream-stopped', 'Chris switched the camera off'],
] as const

export function openSession(posthorn: Engine, organisation: string): SupportSession {
  const startedAt = Date.now()
  let count = 0

  async function happen(): Promise<void> {
    const [eventType, message] = course[count % course.length]!
    count += 1
    await posthorn.send(org, organisation, {
      eventType,
      payload: {
        message,
        id: 'h7K2p9QwLx3Z',
        label: 'Printer does not print',
        status: 'active',
        user: { id: 'a1B2c3D4e5F6', name: 'Sam Agent', email: 'sam@example.com' },
        userDescription: 'Chris',
        seconds: (Date.now() - startedAt) / 1000,
      },
    })
  }

  return {
    happen,
    goOn() {
      const before = count
      let stopped = false
      const going = (async () => {
        while (!stopped) await Promise.all([happen(), sleep(everyMs)])
      })()
      return {
        async stop() {
          stopped = true
          await going
          return count - before
        },
      }
    },
  }
}
