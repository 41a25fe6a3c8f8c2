/**
 * When a delivery is suspected of ending its process: it was out at `crashes` crashes in a row. It is then tried with nothing
 * else out, and set aside when the process dies in `deathsAlone` such trials. Lower numbers suspect deliveries that are good
 * where an operator kills processes in quick succession.
 */
export const suspicion = { crashes: 4, deathsAlone: 2 } as const

/** What a stored row says of earlier claims. */
export interface EarlierClaims {
  /** Attempts so far. */
  readonly generation: number
  /** Crashes in a row at which it was in flight. Negative for a suspect: minus one for each trial alone at which the process died. */
  readonly crashes: number
}

export interface Taken extends EarlierClaims {
  /** What has to be recorded on the way; `quarantined`: it is not taken. */
  readonly ending: 'interrupted' | 'quarantined' | null
}

/**
 * Takes a row of which another epoch may hold a claim.
 *
 * @param wasOut whether that claim was out when its process ended: `null` is unknown, as after a reboot; `undefined`: no claim
 */
export function taken({ generation, crashes }: EarlierClaims, wasOut: boolean | null | undefined): Taken {
  if (wasOut === undefined) return { ending: null, generation: generation + 1, crashes }
  // It never left, so its attempt number was not used.
  if (wasOut === false) return { ending: null, generation, crashes }
  // After a reboot we cannot tell what was out: count no crash.
  if (wasOut === null) return { ending: 'interrupted', generation: generation + 1, crashes }
  if (crashes <= -suspicion.deathsAlone) return { ending: 'quarantined', generation, crashes }
  return { ending: 'interrupted', generation: generation + 1, crashes: crashes < 0 ? crashes : crashes + 1 }
}

export function isSuspect({ crashes }: Pick<EarlierClaims, 'crashes'>): boolean {
  return crashes >= suspicion.crashes || crashes < 0
}
