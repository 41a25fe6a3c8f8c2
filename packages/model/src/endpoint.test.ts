import { describe, expect, it, test } from 'vitest'
import { endpointFields } from './endpoint.ts'
import { inputProblem } from './fields/check-input.ts'

const problem = (patch: unknown) => inputProblem(endpointFields, patch, 'patch')

describe('waits and timeouts', () => {
  test.each<[title: string, schedule: number[]]>([
    ['none: no retry', []],
    ['one second and seven days', [1, 604_800]],
    ['fifty waits', Array.from({ length: 50 }, () => 5)],
    ['half seconds', [1.5]],
  ])('waits that pass: %s', (_title, retrySchedule) => {
    expect(problem({ retrySchedule })).toBeNull()
  })

  test.each<[title: string, schedule: number[]]>([
    ['none at all', [0]],
    ['half a second', [0.5]],
    ['negative', [-5]],
    ['longer than seven days', [604_801]],
    ['fifty-one of them', Array.from({ length: 51 }, () => 5)],
    ['no number', [Number.NaN]],
    ['endless', [Number.POSITIVE_INFINITY]],
    ['wrong among right', [5, 0, 5]],
  ])('waits that are refused: %s', (_title, retrySchedule) => {
    const found = problem({ retrySchedule })
    expect(found?.field).toMatch(/^retrySchedule/)
    expect(found?.message).toMatch(/up to 50 waits of 1 second to 7 days/)
  })

  test('a timeout is 1 to 60 seconds', () => {
    for (const timeoutSeconds of [1, 1.5, 15, 60, null]) expect(problem({ timeoutSeconds })).toBeNull()
    for (const timeoutSeconds of [0, 0.999, -1, 60.001, Number.NaN, Number.POSITIVE_INFINITY])
      expect(problem({ timeoutSeconds })).toEqual({
        field: 'timeoutSeconds',
        message: 'The timeout is 1 to 60 seconds.',
      })
  })
})

describe('the shape of an input', () => {
  it('has to be an object', () => {
    for (const input of [null, undefined, 7, 'a', []]) expect(problem(input)?.field).toBe('')
  })

  it('has no field that does not exist, and none that the engine sets', () => {
    expect(problem({ nmae: 'x' })).toEqual({
      field: 'nmae',
      message: expect.stringMatching(/^There is no field "nmae" here\. There are uid, name, /),
    })
    for (const field of ['id', 'org', 'hold', 'createdAt', '__proto__'])
      expect(problem(JSON.parse(`{"${field}": 1}`))?.field).toBe(field)
    expect(problem({ batch: { most: 1 } })?.field).toBe('batch.most')
  })

  it('needs what has no default when an endpoint is created, and nothing when it is changed', () => {
    expect(inputProblem(endpointFields, {}, 'create')).toEqual({ field: 'url', message: '`url` is missing.' })
    expect(inputProblem(endpointFields, { url: 'https://a.example' }, 'create')).toBeNull()
    expect(problem({})).toBeNull()
  })
})
