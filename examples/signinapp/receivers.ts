import { startProgram, type Program } from './program.ts'

/** One program of the customer that wants to be notified. */
export interface Receiver {
  readonly language: string
  readonly program: Program
  /** The secret key that was typed in when its notification was configured. */
  readonly secret: string
  /** What it answers to what it takes. Any code of these is fine with the vendor. */
  readonly takes: number
}

export interface Receivers extends AsyncDisposable {
  readonly reception: Receiver
  readonly evacuationList: Receiver
  readonly contractors: Receiver
  readonly companyVisits: Receiver
}

/** How often the reception is asked before its database is up. */
export const notReadyFor = 2

/** Starts the four of them, each in a language for which the vendor's document has an example. */
export async function startReceivers(history: { readonly url: string; readonly token: string }): Promise<Receivers> {
  const secrets = {
    reception: 'Schlüssel am Empfang',
    evacuationList: 'Türen öffnen nach außen',
    contractors: 'Arbeitserlaubnis für Höhe',
    companyVisits: 'Gäste & Geschäfte',
  }
  const environment = { HISTORY_URL: history.url, HISTORY_TOKEN: history.token }
  const starting = await Promise.allSettled([
    startProgram(['python3', 'reception.py'], 'python3', {
      SECRET: secrets.reception,
      NOT_READY_FOR: String(notReadyFor),
    }),
    startProgram([process.execPath, 'evacuation-list.js'], 'nodejs', {
      SECRET: secrets.evacuationList,
      ...environment,
    }),
    startProgram(['php', '-S', '127.0.0.1:0', 'contractors.php'], 'php-cli', { SECRET: secrets.contractors }),
    startProgram(['java', 'CompanyVisits.java'], 'default-jdk-headless', { SECRET: secrets.companyVisits }),
  ])
  const programs = starting.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const end = async () => void (await Promise.all(programs.map((one) => one[Symbol.asyncDispose]())))
  const failed = starting.find((one) => one.status === 'rejected')
  if (failed !== undefined) {
    await end()
    throw failed.reason
  }
  const [python, javascript, php, java] = programs as [Program, Program, Program, Program]
  return {
    reception: { language: 'Python', program: python, secret: secrets.reception, takes: 200 },
    evacuationList: { language: 'JavaScript', program: javascript, secret: secrets.evacuationList, takes: 204 },
    contractors: { language: 'PHP', program: php, secret: secrets.contractors, takes: 202 },
    companyVisits: { language: 'Java', program: java, secret: secrets.companyVisits, takes: 201 },
    [Symbol.asyncDispose]: end,
  }
}

/** A request whose signature it has verified. */
export interface Notified {
  readonly answered: number
  /** The header as it came. */
  readonly signature: string
  readonly body: {
    readonly event: string
    readonly event_at: string
    readonly idempotency_key: string
    readonly site: { readonly name: string }
    readonly visitor: { readonly name: string }
  }
}

/** What a receiver has believed, in the order of arrival. */
export function notifiedOf({ program }: Receiver): Notified[] {
  return program.said.filter((line) => 'signature' in line) as unknown as Notified[]
}

/** What a receiver has taken: `visitor.signin Jana Wolff`, in the order of the alphabet, which is the same on every run. */
export function takenBy(receiver: Receiver): string[] {
  return notifiedOf(receiver)
    .filter(({ answered }) => answered === receiver.takes)
    .map(({ body }) => `${body.event} ${body.visitor.name}`)
    .toSorted()
}
