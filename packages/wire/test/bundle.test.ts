/** How much of the package a bundler puts into a page, measured with the sources as they are. */
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'
import { expect, test } from 'vitest'

interface Bundle {
  readonly gzippedBytes: number
  /** The files of the package that something came from. */
  readonly files: readonly string[]
}

async function bundled(program: string): Promise<Bundle> {
  const entry = fileURLToPath(new URL('./bundle-entry.js', import.meta.url))
  const bundle = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['posthorn-source', 'browser', 'import', 'default'] },
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === entry ? id : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
  })
  try {
    const { output } = await bundle.generate({ format: 'esm', minify: true })
    const files = output.flatMap((chunk) =>
      chunk.type === 'chunk'
        ? Object.entries(chunk.modules).flatMap(([id, { renderedLength }]) => (renderedLength > 0 ? [id] : []))
        : [],
    )
    const code = output.map((chunk) => (chunk.type === 'chunk' ? chunk.code : '')).join('')
    return { gzippedBytes: gzipSync(code).length, files: files.map((id) => id.replace(/^.*\/wire\/src\//, '')) }
  } finally {
    await bundle.close()
  }
}

test('a page that verifies one dialect loads at most 14 kB, without laws, parser, hints and other dialects', async () => {
  const { gzippedBytes, files } = await bundled(`
    import { scalefusion } from '@posthorn/wire/dialects'
    import { verifier } from '@posthorn/wire/verifier'
    globalThis.verify = verifier(scalefusion)
  `)
  expect(files).toContain('verify/judge.ts')
  expect(
    files.filter((file) => /^definition\/(laws|parse)|^compile\/(encode|check-message)|^snippets|^document/.test(file)),
  ).toEqual([])
  expect(files.filter((file) => file.startsWith('dialects/'))).toEqual(['dialects/scalefusion.ts'])
  expect(gzippedBytes).toBeLessThan(14_000)
})

test('with every dialect, definitions of its own and hints it loads at most 24 kB, and neither snippets nor documents', async () => {
  const { gzippedBytes, files } = await bundled(`
    import { verify } from '@posthorn/wire'
    globalThis.verify = verify
  `)
  expect(files.filter((file) => /^snippets|^document|^sign\//.test(file))).toEqual([])
  expect(gzippedBytes).toBeLessThan(24_000)
})
