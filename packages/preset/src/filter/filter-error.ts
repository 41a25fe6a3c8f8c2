/** What is wrong with a filter, and where: `filter.visitor.age.$gte`. */
export interface FilterProblem {
  readonly path: string
  readonly reason: string
}

/** The message names the first problem; `problems` has all of them. */
const MAX_PROBLEMS_IN_MESSAGE = 3

export class FilterError extends Error {
  override readonly name = 'FilterError'
  readonly problems: readonly FilterProblem[]

  constructor(problems: readonly FilterProblem[]) {
    super(sentence(problems))
    this.problems = problems
  }
}

function sentence(problems: readonly FilterProblem[]): string {
  const told = problems.slice(0, MAX_PROBLEMS_IN_MESSAGE).map(({ path, reason }) => `${path} ${reason}`)
  const untold = problems.length - told.length
  return `the filter cannot be used: ${told.join('; ')}${untold > 0 ? `; and ${untold} more` : ''}`
}
