import { processIo } from './process/io.ts'
import { run } from './program.ts'

// A reader that goes away (`posthorn ... | head`) ends the program quietly, as it ends any other tool.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
})
process.exitCode = await run(process.argv.slice(2), processIo())
