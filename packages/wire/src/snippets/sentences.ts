/** The comments and errors of snippets, the same in every language. */
import type { FieldPlan, Plan, SignaturePlan } from './plan.ts'

export const sentences = {
  mismatch: 'The signature was not made over this request with one of these secrets.',
  shortKey: 'A secret is empty or too short.',
  noSecret: 'There is no secret to verify with.',
  spelling: 'A signature has one spelling only.',
  wrongKey: 'A secret is malformed or too short: copy it again.',
  notPublic: 'A key is not a public key.',
  age: (plan: Plan): string =>
    `How many seconds the time of a request may differ from our clock: ${plan.title} names ${plan.age?.toleranceSeconds ?? 0}.`,
  field: ({ from, name }: FieldPlan): string =>
    `The ${from === 'headers' ? 'header' : 'query parameter'} ${name} is missing or malformed.`,
  header: ({ header }: SignaturePlan): string => `The header ${header} is missing or malformed.`,
  time: ({ header }: SignaturePlan): string => `The time in the header ${header} is malformed.`,
  algorithm: ({ algorithmHeader }: SignaturePlan): string =>
    `The header ${algorithmHeader?.name} names another algorithm: someone may be trying a weaker one.`,
  stale: 'The request is too old, or from the future. Is the clock right?',
}

/** What the function is for, and what it takes: one line each. */
export function about(plan: Plan): string[] {
  return plan.entry === 'read'
    ? [
        `Reads a webhook of ${plan.title}. Nothing in it is signed: anyone who knows the address can send it.`,
        plan.result === 'body'
          ? 'Take it as a hint only, and ask the sender before acting on it.'
          : 'The returned id proves nothing: fetch the result with your own credentials.',
      ]
    : [`Verifies a webhook of ${plan.title} and returns ${resultOf(plan)}.`]
}

function resultOf({ result }: Plan): string {
  if (result === 'body') return 'its body'
  return result === null ? 'nothing' : `its ${result.variable.join(' ')}`
}

/**
 * What each parameter is, for the comment above the function.
 *
 * @param containers in which the frameworks of the language have headers
 */
export function parameterMeaning(plan: Plan, parameter: Plan['parameters'][number], containers: string): string {
  const isPublic = plan.signatures.every(({ isAsymmetric }) => isAsymmetric)
  const meanings: Record<Plan['parameters'][number], string> = {
    headers: `names and values, in any case: ${containers}`,
    body: 'the raw bytes as they arrived, before anything parses them',
    secrets: `${isPublic ? 'the public keys, ' : ''}as the sender shows them; several while one is being replaced`,
    now: 'seconds since 1970',
    query: 'names and values of the query, decoded',
    url: 'the whole address, as the sender has it',
    method: 'of the request',
  }
  return meanings[parameter]
}

/** When the function throws. */
export function refusal({ entry }: Plan): string {
  return entry === 'verify' ? 'if the request must be refused' : 'if it is not such a request'
}

/** What a mistake of the receiver throws, which is no reason to refuse the request for good. */
export function mistake({ entry }: Plan, exception: string): string[] {
  return entry === 'verify' ? [`${exception} is a mistake of this program or its secrets: answer 500.`] : []
}

/** How the signature's header looks. */
export function headerLook({ format }: SignaturePlan): string | null {
  if ('list' in format) return `${format.list.version},<signature> ${format.list.version},<signature> ...`
  if ('bare' in format) return null
  const { separator, time, signature } = format.pairs
  return [...(time === undefined ? [] : [`${time}=<time>`]), `${signature}=<signature>`].join(separator)
}
