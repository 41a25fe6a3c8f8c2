/** For runtimes with a command line: prints what the check says, as a line of JSON. */
import { check } from './check.js'

console.log(JSON.stringify(await check()))
