/** Text messages to people, and what their networks report of them. */

export interface Receipt {
  readonly status: 'sent' | 'delivered' | 'read' | 'failed' | 'expired'
  readonly revision: number
}

export interface Message {
  readonly id: string
  readonly to: string
  readonly text: string
  /** All that ever becomes of it, in the order in which it happens. Revisions only grow, and not always by one. */
  readonly receipts: readonly Receipt[]
}

export const parcel: Message = {
  id: '2b0c5f5e-3a55-4c0e-8f39-6d0f6f1a0001',
  to: '447700900123',
  text: 'Your parcel arrives today 📦',
  receipts: [
    { status: 'sent', revision: 1 },
    { status: 'delivered', revision: 2 },
    { status: 'read', revision: 3 },
  ],
}

export const code: Message = {
  id: '2b0c5f5e-3a55-4c0e-8f39-6d0f6f1a0002',
  to: '380441234567',
  text: 'Ваш код: 4711',
  receipts: [
    { status: 'sent', revision: 4 },
    { status: 'delivered', revision: 9 },
  ],
}

export const reminder: Message = {
  id: '2b0c5f5e-3a55-4c0e-8f39-6d0f6f1a0003',
  to: '4915112345678',
  text: 'Ihr Paket liegt für Sie bereit: Müllerstraße 7',
  receipts: [
    { status: 'sent', revision: 1 },
    { status: 'failed', revision: 2 },
  ],
}

export const offer: Message = {
  id: '2b0c5f5e-3a55-4c0e-8f39-6d0f6f1a0004',
  to: '33612345678',
  text: 'Déjà livré ? Dites-le à vos voisins',
  receipts: [
    { status: 'sent', revision: 5 },
    { status: 'expired', revision: 6 },
  ],
}

export const messages = [parcel, code, reminder, offer]

/** The one with this status. */
export function receiptOf({ receipts }: Message, status: Receipt['status']): Receipt {
  return receipts.find((receipt) => receipt.status === status)!
}
