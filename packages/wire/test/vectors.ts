/** Every vector file that ships, with its dialect. */
import { readdirSync, readFileSync } from 'node:fs'
import { dialect, type Dialect } from '@posthorn/wire'
import type { VectorFile } from '@posthorn/wire/conformance'

const folder = new URL('../vectors/', import.meta.url)

export const vectorFiles: readonly (VectorFile & { file: string; data: Dialect })[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const content = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as VectorFile
    const data = typeof content.dialect === 'string' ? dialect(content.dialect).dialect : content.dialect
    return { file, ...content, data }
  })
