import { option } from '../command/words.ts'

export interface VersionOptions {
  readonly version?: string
}

export const versionOption = option('--version <number>', 'version of your own dialect; the newest when absent')
