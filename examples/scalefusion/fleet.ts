import type { Vendor } from './vendor.ts'

export interface Device {
  readonly platform: 'Android' | 'iOS' | 'macOS' | 'Windows' | 'Linux'
  readonly name: string
  readonly make: string
  readonly model: string
  readonly serial_no: string
  readonly os_version: string
}

/** The customer's devices, as far as the vendor manages them. What happens to one is told to Posthorn and to nobody else. */
export interface Fleet {
  changePlan(plan: string): Promise<void>
  enrol(device: Device): Promise<void>
  lock(device: Device): Promise<void>
  reboot(device: Device): Promise<void>
  shutDown(device: Device): Promise<void>
  swapSim(device: Device, iccid: string): Promise<void>
}

export async function openFleet(vendor: Vendor, firstPlan: string): Promise<Fleet> {
  const { client, app } = vendor
  const enrolled = new Set<Device>()
  let plan = firstPlan

  /** What the rules of the preset ask about a customer. */
  async function stateFacts(): Promise<void> {
    await client.application.patch({ params: app, body: { facts: { plan, enrolledDevices: enrolled.size } } })
  }

  /** Whether anybody has subscribed to it, and how it reaches them, is not this program's business. */
  async function tell(eventType: string, { platform, ...device }: Device, more: object = {}): Promise<void> {
    const payload = { devices: [{ ...device, ...more }] }
    await client.message.create({ params: app, body: { eventType, platform, payload } })
    // A story is read in its order.
    await vendor.idle()
  }

  await stateFacts()
  return {
    async changePlan(to) {
      plan = to
      await stateFacts()
    },
    async enrol(device) {
      enrolled.add(device)
      await stateFacts()
      await tell('device.enrolled', device)
    },
    lock: (device) => tell('device.locked', device),
    reboot: (device) => tell('device.reboot', device),
    shutDown: (device) => tell('device.shutdown', device),
    swapSim: (device, iccid) => tell('device.sim_swap', device, { sim: { iccid } }),
  }
}
