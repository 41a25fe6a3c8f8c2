import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lane, windowLimits } from './lane.ts'
import type { LiveDelivery } from './live-delivery.ts'

const limits = { laneItems: 1000, laneBytes: 4 * 1024 * 1024 }

function grow(lane: Lane, times: number): void {
  for (let count = 0; count < times; count += 1) lane.grow()
}

type Fields = Partial<Omit<LiveDelivery, 'claim'>> & { claim?: Partial<LiveDelivery['claim']> }

function aDelivery(lane: Lane, { claim: own, ...fields }: Fields = {}): LiveDelivery {
  const stored = {
    id: 'msg_1',
    app: lane.app,
    eventType: 'a',
    eventId: null,
    payload: '{}',
    channels: null,
    tags: null,
    params: {},
    platform: null,
    occurredAt: 1,
    acceptedAt: 1,
    deliverAt: null,
    deliver: true,
    targets: [lane.target],
  }
  const content = { stored, checked: null, bodies: new Map(), pushedAt: null, bytes: 1 }
  const claim = {
    target: lane.target,
    due: 1,
    request: { kind: 'message', id: 'msg_1' },
    generation: 1,
    ...own,
  } as const
  return {
    claim,
    app: lane.app,
    contents: [content],
    bytes: 1,
    failures: 0,
    trigger: 'scheduled',
    pushedAt: null,
    suspect: false,
    fresh: false,
    unformed: null,
    out: false,
    ...fields,
  }
}

describe('the window of a lane', () => {
  test('starts at eight', () => {
    expect(new Lane('ep_1', 'app_1').window).toBe(8)
  })

  test('grows by one for each window of successes', () => {
    const lane = new Lane('ep_1', 'app_1')
    grow(lane, 7)
    expect(lane.window).toBe(8)
    grow(lane, 1)
    expect(lane.window).toBe(9)
    grow(lane, 8)
    expect(lane.window).toBe(9)
    grow(lane, 1)
    expect(lane.window).toBe(10)
  })

  test('halves when the receiver is overloaded, and counts its successes anew', () => {
    const lane = new Lane('ep_1', 'app_1')
    grow(lane, 7)
    lane.shrink()
    expect(lane.window).toBe(4)
    grow(lane, 3)
    expect(lane.window).toBe(4)
    grow(lane, 1)
    expect(lane.window).toBe(5)
  })

  test('reaches its bounds and stays there', () => {
    const lane = new Lane('ep_1', 'app_1')
    grow(lane, 64 * 64)
    expect(lane.window).toBe(windowLimits.most)
    grow(lane, 1000)
    expect(lane.window).toBe(windowLimits.most)
    for (let count = 0; count < 20; count += 1) lane.shrink()
    expect(lane.window).toBe(windowLimits.least)
    grow(lane, 1)
    expect(lane.window).toBe(2)
  })

  test('is a whole number within its bounds, whatever happens', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: fc.constant('grow' as const) }, fc.constant('shrink' as const)), {
          maxLength: 2000,
        }),
        (steps) => {
          const lane = new Lane('ep_1', 'app_1')
          for (const step of steps) {
            lane[step]()
            expect(Number.isInteger(lane.window)).toBe(true)
            expect(lane.window).toBeGreaterThanOrEqual(windowLimits.least)
            expect(lane.window).toBeLessThanOrEqual(windowLimits.most)
          }
        },
      ),
    )
  })
})

describe('the room of a lane', () => {
  test('ends at a thousand deliveries', () => {
    const lane = new Lane('ep_1', 'app_1')
    for (let count = 0; count < limits.laneItems; count += 1) {
      expect(lane.hasRoom(1, limits)).toBe(true)
      lane.hold(1)
    }
    expect(lane.hasRoom(1, limits)).toBe(false)
    lane.free(1)
    expect(lane.hasRoom(1, limits)).toBe(true)
  })

  test('ends at 4 MB, but one message always fits, or it would never leave', () => {
    const lane = new Lane('ep_1', 'app_1')
    expect(lane.hasRoom(2 * limits.laneBytes, limits)).toBe(true)
    lane.hold(limits.laneBytes - 1)
    expect(lane.hasRoom(1, limits)).toBe(true)
    expect(lane.hasRoom(2, limits)).toBe(false)
    lane.free(limits.laneBytes - 1)
    expect(lane).toMatchObject({ items: 0, bytes: 0 })
  })
})

test('a lane is ready when something waits and its window has room', () => {
  const lane = new Lane('ep_1', 'app_1')
  expect(lane.isReady(0)).toBe(false)
  lane.push(aDelivery(lane))
  expect(lane.isReady(0)).toBe(true)
  lane.inFlight = lane.window
  expect(lane.isReady(0)).toBe(false)
  lane.inFlight -= 1
  expect(lane.isReady(0)).toBe(true)
})

describe('a lane with batches', () => {
  const batch = { maxMessages: 3, maxBytes: 100, maxWaitMs: 500 }

  function batching(count: number): Lane {
    const lane = new Lane('ep_1', 'app_1')
    lane.batch = batch
    for (let due = 1; due <= count; due++) lane.push(aDelivery(lane, { claim: { due } }))
    return lane
  }

  test('waits until its oldest message has waited long enough', () => {
    const lane = batching(2)
    expect(lane.isReady(500)).toBe(false)
    expect(lane.isReady(501)).toBe(true)
  })

  test('does not wait when it is full, has more on disk, or holds what was tried before', () => {
    expect(batching(3).isReady(1)).toBe(true)
    const behind = batching(1)
    behind.backlog = true
    expect(behind.isReady(1)).toBe(true)
    const large = new Lane('ep_1', 'app_1')
    large.batch = batch
    large.push(aDelivery(large, { bytes: 100 }))
    expect(large.isReady(1)).toBe(true)
    const retried = new Lane('ep_1', 'app_1')
    retried.batch = batch
    retried.push(aDelivery(retried, { claim: { generation: 2 } }))
    expect(retried.isReady(1)).toBe(true)
  })

  test('has one request out at a time', () => {
    const lane = batching(3)
    lane.inFlight = 1
    expect(lane.isReady(10_000)).toBe(false)
  })
})

test('a lane is quiet only when nothing is held, stored, being read or being written', () => {
  const lane = new Lane('ep_1', 'app_1')
  expect(lane.quiet).toBe(true)
  lane.hold(1)
  expect(lane.quiet).toBe(false)
  lane.free(1)
  for (const busy of [{ spilled: true }, { refilling: true }, { unclaimedWrites: 1 }]) {
    const before = { spilled: lane.spilled, refilling: lane.refilling, unclaimedWrites: lane.unclaimedWrites }
    Object.assign(lane, busy)
    expect(lane.quiet).toBe(false)
    Object.assign(lane, before)
  }
  expect(lane.quiet).toBe(true)
})
