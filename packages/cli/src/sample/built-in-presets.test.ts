import { expect, test } from 'vitest'
import { dialect } from '@posthorn/wire'
import { builtInPresets } from './built-in-presets.ts'
import { devSecret } from './dev-secret.ts'

test.each(builtInPresets())(
  'the default secret of $name is long enough for its policy',
  ({ dialect: name, policy }) => {
    expect(devSecret(dialect(name))?.length ?? Infinity).toBeGreaterThanOrEqual(policy.minSecretLength)
  },
)
