import type { Unit } from '../../catalog.ts'
import { unitKey } from '../../catalog-units.ts'

/** So many changes of others are refused for the first one of a line. One that has not come by then is not there any more. */
const patience = 100

/** Nodes that wait to change a unit, in the order in which they came. */
export interface Line {
  /** Whether another node is the first one in line. Asked once for each change that would be made. */
  isOthers(unit: Unit, node: string): boolean
  join(unit: Unit, node: string): void
  leave(unit: Unit, node: string): void
}

/** In memory: whoever waits comes again within milliseconds. */
export function newLine(): Line {
  const waiting = new Map<string, { readonly nodes: string[]; refused: number }>()

  function leave(unit: Unit, node: string): void {
    const line = waiting.get(unitKey(unit))
    if (!line?.nodes.includes(node)) return
    if (line.nodes[0] === node) line.refused = 0
    line.nodes.splice(line.nodes.indexOf(node), 1)
    if (line.nodes.length === 0) waiting.delete(unitKey(unit))
  }

  return {
    isOthers(unit, node) {
      const line = waiting.get(unitKey(unit))
      const first = line?.nodes[0]
      if (!line || first === undefined || first === node) return false
      if (line.refused++ < patience) return true
      leave(unit, first)
      return (line.nodes[0] ?? node) !== node
    },
    join(unit, node) {
      const line = waiting.get(unitKey(unit))
      if (!line) waiting.set(unitKey(unit), { nodes: [node], refused: 0 })
      else if (!line.nodes.includes(node)) line.nodes.push(node)
    },
    leave,
  }
}
