/** As much of Deno as client.ts uses, so that it is checked with everything else and needs nothing for it. */
declare namespace Deno {
  const args: readonly string[]

  function exit(code: number): never

  function readTextFile(path: string): Promise<string>

  interface HttpServer {
    readonly addr: { readonly port: number }
    /** Answers what has begun, and takes nothing new. */
    shutdown(): Promise<void>
  }

  interface ServeOptions {
    readonly hostname: string
    readonly port: number
    readonly cert: string
    readonly key: string
    /** Says where it listens, when it is not told otherwise. */
    readonly onListen: () => void
  }

  function serve(options: ServeOptions, handler: (request: Request) => Response): HttpServer
}
