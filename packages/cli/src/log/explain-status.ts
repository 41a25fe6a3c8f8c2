/** What a status other than 2xx usually means, and what to do. The first entry that fits is used. */
const meanings: readonly (readonly [fits: (status: number) => boolean, meaning: string])[] = [
  [
    (status) => status >= 300 && status < 400,
    'The endpoint redirects, and redirects are not followed. Set its URL to the one in the header "location".',
  ],
  [
    (status) => status === 401 || status === 403 || status === 406,
    'The receiver did not accept the signature, or the request lacks a credential. Usually its secret is not the one of this endpoint, or it verifies a body that was parsed and serialised again. posthorn verify --explain shows what is signed.',
  ],
  [
    (status) => status === 404 || status === 405,
    'The receiver has no route for this request. Compare the URL of the endpoint with the routes of the receiver.',
  ],
  [(status) => status === 410, 'The receiver says that it no longer exists, so the endpoint is held from now on.'],
  [(status) => status === 413, 'The body is larger than the receiver, or a proxy in front of it, accepts.'],
  [
    (status) => status === 415,
    'The receiver expects another content type. Check that the endpoint has the right dialect.',
  ],
  [(status) => status === 408 || status === 504, 'The receiver, or a proxy in front of it, ran into a timeout.'],
  [(status) => status === 429, 'The receiver got too many requests. It now gets fewer at a time.'],
  [
    (status) => status === 502 || status === 503,
    'The receiver, or a service behind its proxy, is not available at the moment.',
  ],
  [(status) => status >= 500, 'The receiver failed while it processed the request. Its own log says why.'],
  [(status) => status >= 400, 'The receiver did not accept the request. Its response usually says what is wrong.'],
]

/** The meaning of a status; `null` for a success, and for 0: no response. */
export function explainStatus(status: number): string | null {
  return meanings.find(([fits]) => fits(status))?.[1] ?? null
}
