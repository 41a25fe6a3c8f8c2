/**
 * Imported before everything else, so that a Node that is too old answers with one sentence. Without it the answer is the error of
 * the first thing that this Node lacks, such as `ERR_UNKNOWN_BUILTIN_MODULE`. That is also why `node:sqlite` is got with
 * `process.getBuiltinModule`: an `import` of a missing module fails before any file has run.
 */
const oldest = 24

if (Number.parseInt(process.versions.node, 10) < oldest)
  throw new Error(
    `@posthorn/engine needs Node ${oldest} or newer, and this is ${process.version}: its store is the SQLite that is built into Node. Install a newer Node (https://nodejs.org), or run the posthorn command, which brings its own.`,
  )
