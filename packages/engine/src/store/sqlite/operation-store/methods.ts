import { callbacks } from './callbacks.ts'
import { claimed } from './claimed.ts'
import { create } from './create.ts'
import { reads } from './read.ts'
import { sweep } from './sweep.ts'

/** Every method of the store of operations. */
export const operationMethods = { ...create, ...claimed, ...sweep, ...reads, ...callbacks }
