/** A call of one method of the store as it travels to a thread: plain data. */
export interface Call {
  /** Part and method: `queue.accept`. */
  readonly name: string
  readonly args: readonly unknown[]
}

/** The answer to one call of a group: its own result, or why the database could not do it. */
export type Answer = { readonly value: unknown } | { readonly error: StoreFailure }

export interface StoreFailure {
  readonly message: string
  readonly kind:
    | 'full' // no space
    | 'memory' // no memory
    | 'busy' // another process has locked the file
    | 'refused' // it may not be opened or written, or it cannot be read
    | 'lost' // an fsync or a page failed: the process must end
    | 'bug' // the rest
}
