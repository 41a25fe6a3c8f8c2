import { processIo } from './process/io.ts'
import { run } from './program.ts'

// A reader that closes the pipe (`posthorn ... | head`) ends the program without an error, as with other tools.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})
process.exitCode = await run(process.argv.slice(2), processIo())
