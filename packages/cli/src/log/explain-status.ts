/** What a status that is no success commonly means, and what to do about it. The first that fits counts. */
const meanings: readonly (readonly [fits: (status: number) => boolean, meaning: string])[] = [
  [
    (status) => status >= 300 && status < 400,
    'The endpoint leads elsewhere, and redirects are not followed. Set its URL to the address in the header "location".',
  ],
  [
    (status) => status === 401 || status === 403 || status === 406,
    'The receiver did not accept the signature, or the request lacks a credential. Commonly its secret is not the one of this endpoint, or it verifies a body that was parsed and printed again. posthorn verify --explain shows what is signed.',
  ],
  [
    (status) => status === 404 || status === 405,
    'Nothing takes such requests at this path. Compare the URL of the endpoint with the routes of the receiver.',
  ],
  [(status) => status === 410, 'The receiver says that it is gone for good, so the endpoint is held from now on.'],
  [(status) => status === 413, 'The receiver, or a proxy before it, limits the size of bodies to less than this one.'],
  [(status) => status === 415, 'The receiver expects another content type. Does the dialect of the endpoint fit it?'],
  [(status) => status === 408 || status === 504, 'The receiver took too long for itself or for a proxy before it.'],
  [(status) => status === 429, 'That was more than the receiver takes at a time. It is sent more slowly now.'],
  [
    (status) => status === 502 || status === 503,
    'The receiver, or what stands behind a proxy there, is not available at the moment.',
  ],
  [(status) => status >= 500, 'The receiver failed while it worked on the request. Its own log says why.'],
  [
    (status) => status >= 400,
    'The receiver did not accept the content. Its answer commonly says what is wrong with it.',
  ],
]

/** For a person who looks into a failed attempt; `null` for a success, and where there was no response. */
export function explainStatus(status: number): string | null {
  return meanings.find(([fits]) => fits(status))?.[1] ?? null
}
