import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../process/cli-error.ts'
import { exitCodes } from '../process/exit-codes.ts'
import { errorText, systemCode } from '../process/system-error.ts'
import { makeFolder } from '../process/make-folder.ts'
import { writePrivate } from '../process/write-private.ts'

/** What `posthorn dev` stores in its data folder, so that a restart, and commands in other terminals, find it. */
export interface DevState {
  readonly jwtSecret: string
  /** 32 bytes, base64. */
  readonly secretKey: string
  /** Where it listened last; `null` before the first start. */
  readonly url: string | null
}

export const devOrg = 'org_posthornDemo0001'
export const defaultDataFolder = 'posthorn-data'

/** The part of the data folder that belongs to dev. */
export function devFolder(data: string): string {
  return join(data, 'dev')
}

/** `null` when `posthorn dev` has never run on this folder. */
export function readDevState(data: string): DevState | null {
  const file = join(devFolder(data), 'state.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw new CliError(`${file} cannot be read: ${errorText(error)}`, 'Check who owns the folder.', exitCodes.unable)
  }
  try {
    const { jwtSecret, secretKey, url } = JSON.parse(text) as Record<string, unknown>
    if (typeof jwtSecret === 'string' && typeof secretKey === 'string') {
      return { jwtSecret, secretKey, url: typeof url === 'string' ? url : null }
    }
  } catch {
    // The error below covers this case.
  }
  throw new CliError(
    `${file} is damaged.`,
    `Its secrets decrypt the store. Restore the file from a backup, or start with an empty folder: --data DIR`,
    exitCodes.unable,
  )
}

/** The state of this folder, made on the first start. */
export function openDevState(data: string): DevState {
  const known = readDevState(data)
  if (known !== null) return known
  const state = {
    jwtSecret: randomBytes(32).toString('base64url'),
    secretKey: randomBytes(32).toString('base64'),
    url: null,
  }
  saveDevState(data, state)
  return state
}

export function saveDevState(data: string, state: DevState): void {
  try {
    makeFolder(devFolder(data))
    writePrivate(join(devFolder(data), 'state.json'), `${JSON.stringify(state, null, 2)}\n`)
  } catch (error) {
    throw new CliError(
      `the data folder ${data} cannot be written: ${errorText(error)}`,
      'Use another folder: --data DIR',
      exitCodes.unable,
    )
  }
}
