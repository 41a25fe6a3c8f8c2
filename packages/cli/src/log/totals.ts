import type { Io } from '../process/io.ts'

export interface Totals {
  readonly total: number
  readonly success: number
  readonly failed: number
}

/** `Total 12,482   Succeeded 12,301 (98.5 %)   Failed 181 (1.5 %)` */
export function totalsText({ total, success, failed }: Totals, io: Io): string {
  const part = (count: number) => `${number(count)}${total === 0 ? '' : ` (${percent(count, total)})`}`
  return [
    `Total ${io.style('bold', number(total))}`,
    `Succeeded ${io.style('green', part(success))}`,
    `Failed ${failed === 0 ? part(failed) : io.style('red', part(failed))}`,
  ].join('   ')
}

/** A part is never rounded to 0 % or 100 %: one failure in a million is shown as <0.1 %. */
function percent(count: number, total: number): string {
  const share = (100 * count) / total
  if (count > 0 && share < 0.1) return '<0.1 %'
  if (count < total && share > 99.9) return '>99.9 %'
  return `${share.toFixed(1).replace(/\.0$/, '')} %`
}

function number(value: number): string {
  return value.toLocaleString('en')
}
