import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { posthorn } from '../../test/memory-io.ts'

const secret = 'MySharedSecret'
const B = '{"event":"x","name":"Zoë"}'
const A = `[${B}]`
const folder = mkdtempSync(join(tmpdir(), 'posthorn-cli-'))
afterAll(() => rmSync(folder, { recursive: true }))

const golden = [
  {
    dialect: 'scalefusion',
    body: B,
    line: 'X-SF-Signature: e4da6adf80c32cd7b85e277f5e72ee8f771e29a3c3bbb700031d8651632264b3',
  },
  {
    dialect: 'signinapp',
    body: B,
    line: 'x-signinapp-webhook-signature: t=1644316744,s1=d9aecb6d0af19a67025770ee07592d80d6067332d97994219f57980bb510262f',
  },
  { dialect: 'comapi', body: B, line: 'X-Comapi-Signature: 46663a54dc6ca6cc5a3ef16413cd0476b2de9d96' },
  {
    dialect: 'screenmeet',
    body: A,
    line: 'x-signature: 34e3205855eae2a4cd7d551531be556951954263edae1b1ecd3e02c6cf6254f4',
  },
]

describe('sign', () => {
  test.each(golden)('$dialect: the whole body of the golden vector', async ({ dialect, body, line }) => {
    const ran = await posthorn(['sign', '-d', dialect, '--secret', secret, '--timestamp', '1644316744', '--raw'], {
      stdin: body,
    })
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out.split('\n')).toContain(line)
  })

  test('standard: the vector of its specification', async () => {
    const args = [
      '--id',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      '--timestamp',
      '1614265330',
      '--secret',
      'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ]
    const ran = await posthorn(['sign', '-d', 'standard', ...args, '--raw'], { stdin: '{"test": 2432232314}' })
    expect(ran.out).toContain('webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n')
  })

  test('standard: an asymmetric key signs, and the public key of it verifies', async () => {
    const key = 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=='
    const publicKey = 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4='
    const signature = 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=='
    const [id, time] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330']
    const stdin = '{"test": 2432232314}'
    const args = ['-d', 'standard', '--id', id, '--timestamp', time, '--raw']
    const signed = await posthorn(['sign', ...args, '--secret', key], { stdin })
    expect(signed.out).toContain(`webhook-signature: ${signature}\n`)
    const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature }
    const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const check = (secret: string) =>
      posthorn(['verify', '-d', 'standard', '--timestamp', time, ...given, '--secret', secret], { stdin })
    expect(await check(publicKey)).toMatchObject({ code: 0, out: expect.stringContaining('verified') })
    expect((await check('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).code).toBe(1)
    expect(await posthorn(['sign', ...args, '--secret', publicKey], { stdin })).toMatchObject({
      err: expect.stringContaining('The key is public: it verifies, and cannot sign.'),
    })
  })

  test('a payload gets its envelope, and --body prints it to the byte', async () => {
    const file = join(folder, 'payload.json')
    writeFileSync(file, '{"site":{"id":1}}\n')
    const ran = await posthorn([
      'sign',
      '-d',
      'signinapp',
      '--secret',
      secret,
      '--type',
      'visitor.signin',
      '--body',
      file,
    ])
    const [head = '', body = ''] = ran.out.split('\n\n')
    expect(JSON.parse(body)).toMatchObject({ event: 'visitor.signin', site: { id: 1 } })
    const header = head.split('\n').find((line) => line.startsWith('x-signinapp'))
    const verified = await posthorn(['verify', '-d', 'signinapp', '--secret', secret, '-H', header ?? ''], {
      stdin: body,
    })
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining('type      visitor.signin\n') })
  })

  test('signing without a secret is an error', async () => {
    expect(await posthorn(['sign', '-d', 'scalefusion'], { stdin: '{}' })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/there is no secret/),
    })
    expect(await posthorn(['sign', '-d', 'scalefusion', '--secret', ''], { stdin: '{}' })).toMatchObject({
      code: 2,
      err: expect.stringMatching(/empty/),
    })
  })

  test('a missing file is an error', async () => {
    const ran = await posthorn(['sign', '-d', 'scalefusion', '--secret', secret, join(folder, 'nothing.json')])
    expect(ran).toMatchObject({ code: 3, err: expect.stringMatching(/cannot be read/) })
  })
})

describe('verify', () => {
  test.each(golden)(
    '$dialect: the signature of the golden vector is right, and of other bytes it is not',
    async ({ dialect, body, line }) => {
      const args = ['verify', '-d', dialect, '--secret', secret, '-H', line, '-H', 'x-signature-algo: sha256', '--json']
      // Two of the vectors are no whole envelopes: that is found out after the signature, so it was right.
      const right = JSON.parse((await posthorn(args, { stdin: body })).out) as { code?: string }
      expect([undefined, 'malformed_body']).toContain(right.code)
      const other = await posthorn(args, { stdin: body.replace('Zoë', 'Zoe') })
      expect(other.code).toBe(1)
      expect(JSON.parse(other.out)).toMatchObject({ ok: false, code: 'signature_mismatch' })
    },
  )

  test('prints the contents of a request, and which of two secrets verified it', async () => {
    const body =
      '{"id":"01a20105-c130-7dcd-b2d3-7004587853b3","event":"device.locked","created_at":"2026-11-22T02:11:24Z","data":{"devices":[]}}'
    const signed = await posthorn(['sign', '-d', 'scalefusion', '--secret', secret, '--raw', '--json'], { stdin: body })
    const { headers } = JSON.parse(signed.out) as { headers: [string, string][] }
    const given = headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const ran = await posthorn(['verify', '-d', 'scalefusion', '--secret', 'old', '--secret', secret, ...given], {
      stdin: body,
    })
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('verified with secret 2\n')
    expect(ran.out).toContain('type      device.locked\n')
    expect(ran.out).toContain('payload   {"devices":[]}\n')
  })

  test('--explain prints the text that was signed', async () => {
    const line = golden[1]!.line
    const ran = await posthorn(['verify', '-d', 'signinapp', '--secret', 'wrong', '-H', line, '--explain'], {
      stdin: B,
    })
    expect(ran.code).toBe(1)
    expect(ran.err).toContain(`which is   1644316744.${B}\n`)
    expect(ran.err).toContain('hmac-sha256, hex')
  })

  test('an old time is refused, measured with the given clock', async () => {
    const args = ['verify', '-d', 'signinapp', '--secret', secret, '-H', golden[1]!.line, '--tolerance', '5m', '--json']
    const at = (time: string) => posthorn([...args, '--timestamp', time], { stdin: B })
    expect(JSON.parse((await at('1644317744')).out)).toMatchObject({ code: 'timestamp_too_old' })
    expect(JSON.parse((await at('1644316800')).out)).toMatchObject({ ok: true })
  })

  test('the error for a missing signature says what to check', async () => {
    const ran = await posthorn(['verify', '-d', 'scalefusion', '--secret', secret], { stdin: B })
    expect(ran).toMatchObject({ code: 1, out: expect.stringMatching(/^refused: missing_header\n/) })
  })
})
