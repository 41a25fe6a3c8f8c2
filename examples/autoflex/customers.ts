/** A garage that has its administration at the vendor: what it signs in with, and its application in Posthorn. */
export interface Customer {
  readonly name: string
  readonly app: string
  readonly api_key: string
  readonly username: string
  readonly password: string
}

export const garage: Customer = {
  name: 'Garage De Boer',
  app: 'garage-de-boer',
  api_key: 'af10-1f0e7c',
  username: 'marijke',
  password: 'winter tyres in October',
}

/** Another one. What belongs to the first is nothing to it. */
export const otherGarage: Customer = {
  name: 'Autobedrijf Smit',
  app: 'autobedrijf-smit',
  api_key: 'af10-93ab52',
  username: 'joost',
  password: 'summer tyres in April',
}

export const customers: readonly Customer[] = [garage, otherGarage]
