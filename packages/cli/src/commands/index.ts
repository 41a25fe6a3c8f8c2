import type { CliCommand, CliGroup } from '../command/command.ts'
import { audit } from './audit.ts'
import { dev } from './dev.ts'
import { dialect } from './dialect/index.ts'
import { filter } from './filter.ts'
import { key } from './key/index.ts'
import { log } from './log.ts'
import { mock } from './mock.ts'
import { preset } from './preset/index.ts'
import { send } from './send.ts'
import { serve } from './serve.ts'
import { sign } from './sign.ts'
import { tail } from './tail.ts'
import { test } from './test.ts'
import { token } from './token.ts'
import { trigger } from './trigger.ts'
import { verify } from './verify.ts'

/** Every command, in the order of the help. A new command is a file in this folder and a line here. */
export const commands: readonly (CliCommand | CliGroup)[] = [
  dev,
  serve,
  trigger,
  send,
  mock,
  test,
  tail,
  log,
  filter,
  preset,
  dialect,
  key,
  audit,
  token,
  sign,
  verify,
]
