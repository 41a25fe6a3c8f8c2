/** Every dialect that is built in, in the order in which it is shown. A new one is a file here and a line below. */
import type { Dialect } from '../dialect.ts'
import { autoflex } from './autoflex.ts'
import { comapi } from './comapi.ts'
import { scalefusion } from './scalefusion.ts'
import { screenmeet } from './screenmeet.ts'
import { signinapp } from './signinapp.ts'
import { standard } from './standard.ts'
import { svix } from './svix.ts'

export const dialects: readonly Dialect[] = [standard, svix, scalefusion, signinapp, comapi, screenmeet, autoflex]
