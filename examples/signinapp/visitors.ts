/** Who comes to the two sites of one customer. Names and what they answer are as people write them: not in ASCII. */

export interface Site {
  readonly id: number
  readonly name: string
}

export interface Visitor {
  readonly id: number
  readonly name: string
  readonly group: 'guests' | 'contractors'
  /** What they answer when the tablet asks. */
  readonly additional: Readonly<Record<string, string | boolean>>
}

export const harbour: Site = { id: 4567, name: 'Hafen' }
export const airport: Site = { id: 4568, name: 'Flughafen' }

export const jana: Visitor = { id: 1, name: 'Jana Wolff', group: 'guests', additional: { Company: 'Nordlicht GmbH' } }
export const ben: Visitor = { id: 2, name: 'Ben Sato', group: 'guests', additional: { Company: 'Sato Catering' } }
export const omar: Visitor = {
  id: 3,
  name: 'Omar Haddad',
  group: 'contractors',
  additional: { Company: 'Haddad Elektro', 'Sicherheitsregeln gelesen': true },
}
export const zoe: Visitor = {
  id: 4,
  name: 'Zoë Krämer',
  group: 'contractors',
  additional: { Company: 'Krämer Aufzüge GmbH', 'Sicherheitsregeln gelesen': true },
}
export const piotr: Visitor = {
  id: 5,
  name: 'Piotr Nowak',
  group: 'contractors',
  additional: { Company: 'Nowak Montage', 'Sicherheitsregeln gelesen': false },
}
export const aylin: Visitor = { id: 6, name: 'Aylin Yıldız', group: 'guests', additional: { Company: 'Yıldız GmbH' } }
/** Comes privately, and was not asked for a company. */
export const tim: Visitor = { id: 7, name: 'Tim Berger', group: 'guests', additional: {} }
