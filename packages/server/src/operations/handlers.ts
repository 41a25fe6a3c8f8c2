import type { OperationResult } from '@posthorn/engine'
import { inputOf, operationFields } from '@posthorn/model'
import { requireObject } from '../http/json-body.ts'
import { idempotent, type Call, type HandlersOf } from '../http/handler.ts'
import { pageOptions, pageOut } from '../http/paging.ts'
import { invalidField } from '../http/refusal.ts'
import { showKept } from '../http/show-kept.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { fileNameOf } from './content-disposition.ts'
import type { Links } from './links.ts'
import { claimOut, operationOut } from './operation.ts'

export function operations(links: Links): HandlersOf<'operation'> {
  return {
    'operation.list': async ({ engine, org, params, query }) => {
      const filter = { ...pageOptions(query), states: query.state && [query.state], kind: query.kind }
      return pageOut(await engine.operations.list(org, params.app_id, withoutUndefined(filter)), operationOut)
    },

    'operation.create': idempotent({
      perform: ({ engine, org, params, body, write }) =>
        engine.operations.create(org, params.app_id, inputOf(operationFields, body), write),
      present: showKept(operationFields),
    }),

    'operation.get': async ({ engine, org, params }) =>
      operationOut(await engine.operations.get(org, params.app_id, params.operation_id)),

    'operation.complete': idempotent({
      perform: async (call) => {
        const { engine, org, params, write } = call
        return engine.operations.complete(org, params.app_id, params.operation_id, resultOf(call), write)
      },
      present: showKept(operationFields),
    }),

    'operation.fail': idempotent({
      perform: ({ engine, org, params, body, write }) =>
        engine.operations.fail(org, params.app_id, params.operation_id, body, write),
      present: showKept(operationFields),
    }),

    'operation.claim': async ({ engine, org, params, query }) =>
      claimOut(await engine.operations.claim(org, params.app_id, query.id), links),
  }
}

function resultOf({ file, query, raw }: Call<'operation.complete'>): OperationResult {
  if (file) {
    const name = query.name ?? fileNameOf(file.disposition) ?? 'result'
    return withoutUndefined({ file: file.bytes, name, contentType: file.contentType, bytes: file.length })
  }
  if (raw === null) throw invalidField(['body', 'payload'], '`payload` is missing.', 'value_error.missing')
  return { payload: requireObject(raw, ['body', 'payload']) }
}
