/** What a page that calls the API needs, as a bundler puts it into one file: the typed client, and the official client of Svix. */
import { createClient } from '@posthorn/api'
import { Svix } from 'svix'

Object.assign(globalThis, { createClient, Svix })
