/**
 * Scalefusion's webhooks, from the plan to the log: a vendor that manages devices, an administrator at its dashboard, and a
 * Rails application that is told. README.md says which sentence of the vendor's document each step is.
 */
import { ApiError } from '@posthorn/api'
import { openDashboard, refusalOf, type Dashboard } from './dashboard.ts'
import { desktop, kiosk, laptop, phone, tablet } from './devices.ts'
import { openFleet, type Fleet } from './fleet.ts'
import { chapter, quote, say, table } from './print.ts'
import { startRails, type RailsReceiver, type Received } from './rails.ts'
import { ensure, StoryError } from './story-error.ts'
import { startVendor, type Vendor } from './vendor.ts'
import { viewLogs } from './view-logs.ts'

const secret = 'MySharedSecret'

interface Story {
  readonly vendor: Vendor
  readonly fleet: Fleet
  readonly rails: RailsReceiver
  /** Of somebody who may write integrations. */
  readonly dashboard: Dashboard
  /** Of somebody who may not. */
  readonly onlooker: Dashboard
}

try {
  await tell()
} catch (error) {
  // What the server refuses is a sentence too; everything else is a bug, and shows where.
  if (!(error instanceof StoryError || error instanceof ApiError)) throw error
  console.error(`\nIt did not go as it should: ${error.message}`)
  process.exitCode = 1
}

async function tell(): Promise<void> {
  await using vendor = await startVendor()
  await using rails = await startRails(secret)
  const story: Story = {
    vendor,
    rails,
    fleet: await openFleet(vendor, 'Business 2023'),
    dashboard: openDashboard(await vendor.dashboard('write'), vendor),
    onlooker: openDashboard(await vendor.dashboard('read'), vendor),
  }
  await configure(story)
  await showEvents(story)
  await mock(story)
  await subscribe(story)
  const received = [...(await aDay(story)), ...(await aMistake(story))]
  await viewLogs(story.onlooker, [...received, ...(await rails.end())])
}

async function configure({ fleet, dashboard, onlooker, rails: { url } }: Story): Promise<void> {
  chapter('Configure')
  say('Save Configuration, on Business 2023', `refused: ${await refusalOf(dashboard.saveConfiguration(url, secret))}`)
  await fleet.changePlan('Enterprise 2023')
  say(
    'Save Configuration, without write permission',
    `refused: ${await refusalOf(onlooker.saveConfiguration(url, secret))}`,
  )
  await dashboard.saveConfiguration(url, secret)
  say('Save Configuration, on Enterprise 2023', `saved: ${url}`)
  say('Subscribe, before Activate', `refused: ${await refusalOf(dashboard.subscribe('device.locked'))}`)
  await dashboard.activate()
  say('Activate', 'active')
  say('Subscribe, before a device is enrolled', `refused: ${await refusalOf(dashboard.subscribe('device.locked'))}`)
  await fleet.enrol(desktop)
  say(`${desktop.name} (${desktop.platform}) is enrolled`, 'nobody is told: nothing is subscribed to')
}

/** The events that are listed on the left of the dashboard. */
async function showEvents({ vendor: { client } }: Story): Promise<void> {
  chapter('Events supported')
  const { platforms, eventTypes } = await client.preset.get({ params: { preset_name: 'scalefusion' } })
  table([
    ['Event', ...platforms, 'Category'],
    ...eventTypes.map(({ title, category, platforms: on }) => [
      title,
      ...platforms.map((platform) => (on?.includes(platform) === false ? 'No' : 'Yes')),
      category,
    ]),
  ])
}

async function mock({ dashboard, rails }: Story): Promise<void> {
  chapter('Mock Event')
  const { request, response } = await dashboard.mock('device.locked')
  say('Mock of Device Locked', 'its sample payload goes to the receiver, subscribed or not')
  quote(request.body ?? '')
  ensure(
    response?.status === 200 && response.body === '',
    `The mock was answered ${response?.status} ${response?.body}`,
  )
  say('The receiver answers', `${response.status}, with an empty body`)
  const { event, request_id } = await rails.next()
  ensure(request.body?.includes(`"${request_id}"`) === true, 'The receiver was told of another mock.')
  say('Rails received', `${event} ${request_id}`)
  const { total } = await dashboard.summary()
  ensure(total === 0, 'A mock is in the log.')
  say('Total Events in the log', String(total))
}

async function subscribe({ dashboard }: Story): Promise<void> {
  chapter('Subscribe')
  const events = ['device.enrolled', 'device.locked', 'device.reboot', 'device.sim_swap']
  await dashboard.subscribe(...events)
  for (const event of events) say(event, '✓')
}

/** What happens to devices on a day, in this order; what Rails says that it was told. */
async function aDay({ fleet, dashboard, rails }: Story): Promise<Received[]> {
  chapter('A day')
  const received: Received[] = []
  async function isTold(what: string, happening: Promise<void>): Promise<void> {
    await happening
    const told = await rails.next()
    ensure(told.answered === 200, `${what}: the receiver answered ${told.answered}.`)
    say(what, `${told.answered}, Rails received ${told.event} of ${told.devices?.join(', ')}`)
    received.push(told)
  }
  for (const device of [phone, tablet, laptop, kiosk])
    await isTold(`${device.name} (${device.platform}) is enrolled`, fleet.enrol(device))
  await isTold(`${tablet.name} is locked`, fleet.lock(tablet))
  await isTold(`${kiosk.name} is restarted`, fleet.reboot(kiosk))
  await isTold(`${phone.name} gets another SIM card`, fleet.swapSim(phone, '8949020000012345678'))
  say(
    `${tablet.name} gets another SIM card`,
    `refused: ${await refusalOf(fleet.swapSim(tablet, '8949020000087654321'))}`,
  )
  say(`${laptop.name} is locked`, `refused: ${await refusalOf(fleet.lock(laptop))}`)
  await fleet.shutDown(kiosk)
  say(`${kiosk.name} is shut down`, 'nobody is told: not subscribed to')
  await dashboard.subscribe('device.enrolled', 'device.locked', 'device.sim_swap')
  await fleet.reboot(phone)
  say(`Unsubscribe; ${phone.name} is restarted`, 'nobody is told: not subscribed to any more')
  return received
}

/** Somebody types the secret key wrong; the receiver takes nothing until it is right again. */
async function aMistake({ fleet, dashboard, rails }: Story): Promise<Received[]> {
  chapter('Validating payload')
  await dashboard.changeSecretKey('MySharedSercet')
  await fleet.lock(phone)
  const refused = await rails.next()
  ensure(refused.answered === 406, `A wrong signature was answered ${refused.answered}.`)
  say(`${phone.name} is locked; a wrong key`, `${refused.answered}, Rails did not look at it`)
  await dashboard.changeSecretKey(secret)
  await fleet.lock(phone)
  const taken = await rails.next()
  ensure(taken.answered === 200, `A right signature was answered ${taken.answered}.`)
  say(`${phone.name} is locked; the right key`, `${taken.answered}, Rails received ${taken.event}`)
  return [refused, taken]
}
