import { ApiError } from '@posthorn/api'

/** What the server says to a call that it must refuse. */
export async function refusalOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ApiError) return error
  throw new Error('was not refused', { cause: error })
}
