import type { Device } from './fleet.ts'

/** One of each platform. */
export const phone: Device = {
  platform: 'Android',
  name: 'Courier phone 7',
  make: 'Samsung',
  model: 'SM-A346B',
  serial_no: 'R5CW31ABCDE',
  os_version: '14',
}

export const tablet: Device = {
  platform: 'iOS',
  name: 'Zoë’s iPad',
  make: 'Apple',
  model: 'iPad13,18',
  serial_no: 'DMPX2ABCDE',
  os_version: '17.2',
}

export const laptop: Device = {
  platform: 'Windows',
  name: 'Dispatch laptop',
  make: 'Lenovo',
  model: '21HM',
  serial_no: 'PF4ABCDE',
  os_version: '11',
}

export const desktop: Device = {
  platform: 'macOS',
  name: 'Office Mac',
  make: 'Apple',
  model: 'Mac14,3',
  serial_no: 'C07ABCDE',
  os_version: '14.2',
}

export const kiosk: Device = {
  platform: 'Linux',
  name: 'Parcel kiosk',
  make: 'Advantech',
  model: 'UTC-520',
  serial_no: 'KSA0ABCDE',
  os_version: 'Debian 12',
}
