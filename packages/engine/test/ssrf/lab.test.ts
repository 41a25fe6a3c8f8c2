/**
 * The SSRF lab (RELIABILITY 3.1): a network namespace in which the addresses that matter really exist, with a canary on
 * each. Whatever address the transport is given, only the public ones may notice.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missing, runs } from '../../src/transport/http/testing/tools.ts'
import type { LabReport } from './inside.ts'
import { INSIDE_ADDRESSES, PUBLIC_ADDRESSES } from './inputs.ts'

const namespace = `posthorn-ssrf-${process.pid}`
const canMakeNamespaces = (() => {
  const probe = `${namespace}-probe`
  if (process.getuid?.() !== 0 || !runs('ip', 'netns', 'add', probe)) return false
  return runs('ip', 'netns', 'del', probe)
})()

describe.skipIf(!canMakeNamespaces)(
  `SSRF lab${missing('root with network namespaces (iproute2)', canMakeNamespaces)}`,
  () => {
    const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] })

    beforeAll(() => {
      ip('netns', 'add', namespace)
      ip('-n', namespace, 'link', 'set', 'lo', 'up')
      for (const address of [...PUBLIC_ADDRESSES, ...INSIDE_ADDRESSES]) {
        const isIpv6 = address.includes(':')
        ip('-n', namespace, 'addr', 'add', `${address}/${isIpv6 ? 128 : 32}`, 'dev', 'lo', ...(isIpv6 ? ['nodad'] : []))
      }
    })
    afterAll(() => ip('netns', 'del', namespace))

    function run(guard: 'on' | 'off'): LabReport {
      const script = fileURLToPath(new URL('inside.ts', import.meta.url))
      const { stdout, stderr, status } = spawnSync(
        'ip',
        ['netns', 'exec', namespace, process.execPath, '--conditions=posthorn-source', script, guard],
        { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
      )
      if (status !== 0) throw new Error(`the lab failed (${status}): ${stderr}`)
      return JSON.parse(stdout) as LabReport
    }

    test('no canary inside is touched, by any input', () => {
      const report = run('on')
      const touchedInside = report.hits.filter((hit) => !PUBLIC_ADDRESSES.includes(hit.address))
      expect(touchedInside).toEqual([])
      expect(report.inputCount).toBeGreaterThan(300)

      // The positive control: the lab is alive, and what is public was reached, by address and by name.
      expect(report.hits.map((hit) => hit.address)).toContain('93.184.216.34')
      expect(report.answered).toContain('http://93.184.216.34/')
      expect(report.answered).toContain('http://public.test/')
      // The name that alternates was reached while it was public, and only then.
      expect(report.answered).toContain('http://rebinding.test/')
      expect(report.refused).toContain('http://rebinding.test/')
      expect(report.answered).toContain('http://redirecting.test/redirect')
    })

    test('with the guard off they are touched: the test can fail', () => {
      const touched = new Set(run('off').hits.map((hit) => hit.address))
      expect([...touched]).toEqual(expect.arrayContaining([...INSIDE_ADDRESSES, '127.0.0.1', '::1']))
    })
  },
)
