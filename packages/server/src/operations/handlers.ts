import type { OperationResult } from '@posthorn/engine'
import { requireObject } from '../http/body.ts'
import type { Call, HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/page.ts'
import { invalidField } from '../http/refusal.ts'
import { present } from '../present.ts'
import { fileNameOf } from './content-disposition.ts'
import type { Links } from './links.ts'
import { claimOut, operationOut } from './operation.ts'

export function operations(links: Links): HandlersOf<'operation'> {
  return {
    'operation.list': async ({ engine, org, params, query }) => {
      const filter = { ...pageOptions(query), states: query.state && [query.state], kind: query.kind }
      return pageOut(await engine.operations.list(org, params.app_id, present(filter)), operationOut)
    },

    'operation.create': async ({ engine, org, params, body, once }) =>
      operationOut(await engine.operations.create(org, params.app_id, present(body), once(operationOut))),

    'operation.get': async ({ engine, org, params }) =>
      operationOut(await engine.operations.get(org, params.app_id, params.operation_id)),

    'operation.complete': async (call) => {
      const { engine, org, params, once } = call
      const { app_id: app, operation_id: id } = params
      return operationOut(await engine.operations.complete(org, app, id, resultOf(call), once(operationOut)))
    },

    'operation.fail': async ({ engine, org, params, body, once }) =>
      operationOut(await engine.operations.fail(org, params.app_id, params.operation_id, body, once(operationOut))),

    'operation.claim': async ({ engine, org, params, query }) =>
      claimOut(await engine.operations.claim(org, params.app_id, query.id), links),
  }
}

function resultOf({ file, query, raw }: Call<'operation.complete'>): OperationResult {
  if (file) {
    const name = query.name ?? fileNameOf(file.disposition) ?? 'result'
    return present({ file: file.bytes, name, contentType: file.contentType, bytes: file.length })
  }
  if (raw === null) throw invalidField(['body', 'payload'], '`payload` is missing.', 'value_error.missing')
  return { payload: requireObject(raw, ['body', 'payload']) }
}
