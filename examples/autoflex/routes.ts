import { ApiError } from '@posthorn/api'
import { slowRoute } from '@posthorn/api/slow-route/express'
import { json, Router, type ErrorRequestHandler, type Request } from 'express'
import { makeBackup, type Made } from './backup.ts'
import type { Customer } from './customers.ts'
import { passOnFiles } from './files.ts'
import type { Posthorn } from './posthorn.ts'
import type { Tokens } from './tokens.ts'

export interface RouteParts {
  readonly customers: readonly Customer[]
  readonly tokens: Tokens<Customer>
  readonly posthorn: Posthorn
  readonly made: (file: Made) => void
}

/** The vendor's paths, as its document has them. */
export function routes({ customers, tokens, posthorn, made }: RouteParts): Router {
  const router = Router()

  function customerOf(request: Request): Customer {
    const customer = tokens.ownerOf(request.get('token'))
    if (customer === null)
      throw new Refusal(401, 'unauthorized', 'GET /authenticate gives a token for the header `token`.')
    return customer
  }

  router.get('/authenticate', (request, response) => {
    const { api_key, username, password } = request.query
    const customer = customers.find(
      (one) => one.api_key === api_key && one.username === username && one.password === password,
    )
    if (!customer) throw new Refusal(401, 'unauthorized', 'api_key, username and password do not belong together.')
    response.json({ token: tokens.issue(customer) })
  })

  // The link is all that a download needs.
  router.get('/files/:token', passOnFiles(posthorn.options.url))

  router.use((request, _response, next) => {
    customerOf(request)
    next()
  })

  router.post(
    '/backup/owner',
    json(),
    slowRoute<Request>(posthorn.options, {
      kind: 'backup.owner',
      app: (request) => customerOf(request).app,
      callbackUrl: (request) => request.body?.webhook_url,
      accepted: { successCode: 202 },
      work: (request) => makeBackup(customerOf(request).app, made),
    }),
  )

  router.get('/webhook', async (request, response) => {
    const { app } = customerOf(request)
    const { id } = request.query
    if (typeof id !== 'string' || id === '')
      throw new Refusal(400, 'invalid_id', 'Say the id that the callback brought.')
    const answer = await posthorn.client.operation.claim({ params: { app_id: app }, query: { id } })
    response.status('state' in answer ? 202 : 200).json(answer)
  })

  router.use(refuse)
  return router
}

class Refusal extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** Passes on Posthorn's answer about a claim id: invalid, unknown or expired. */
const refuse: ErrorRequestHandler = (error, _request, response, next) => {
  const isOurs = error instanceof Refusal || (error instanceof ApiError && [404, 410, 422].includes(error.status))
  if (isOurs) response.status(error.status).json({ code: error.code, detail: error.message })
  else next(error)
}
