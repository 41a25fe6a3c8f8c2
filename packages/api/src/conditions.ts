import type { Route } from './route.ts'

/** Whether an operation changes something that is there and has an ETag, so that it takes `If-Match` and `If-None-Match`. */
export function takesCondition({ etag, method, creates }: Route): boolean {
  return etag !== undefined && method !== 'GET' && creates !== true
}

/** What has the ETag: the last thing that the path names. */
export function taggedNoun({ path }: Route): string {
  const name = [...path.matchAll(/\{(\w+?)(?:_id|_name)\}/g)].at(-1)?.[1] ?? ''
  return nouns[name] ?? name.replaceAll('_', ' ')
}

const nouns: Readonly<Record<string, string>> = { app: 'application', msg: 'message' }
