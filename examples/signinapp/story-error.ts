/** Something did not go as the story has it. The message is a sentence for whoever runs it. */
export class StoryError extends Error {
  override readonly name = 'StoryError'
}

/** Goes on only when it holds. */
export function ensure(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new StoryError(otherwise)
}
