/**
 * Every built-in dialect, in the order of lists and pages. To add one, add a file here, a line below, and its vectors.
 */
import type { Dialect } from '../dialect.ts'
import { autoflex } from './autoflex.ts'
import { comapi } from './comapi.ts'
import { scalefusion } from './scalefusion.ts'
import { screenmeet } from './screenmeet.ts'
import { signinapp } from './signinapp.ts'
import { standard } from './standard.ts'
import { svix } from './svix.ts'

export const dialects: readonly Dialect[] = [standard, svix, scalefusion, signinapp, comapi, screenmeet, autoflex]

export { autoflex, comapi, scalefusion, screenmeet, signinapp, standard, svix }
