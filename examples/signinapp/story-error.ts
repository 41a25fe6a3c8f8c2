/** A step of the story did not give the expected result. The message is for the person who runs it. */
export class StoryError extends Error {
  override readonly name = 'StoryError'
}

/** Goes on only when it holds. */
export function ensure(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new StoryError(otherwise)
}
