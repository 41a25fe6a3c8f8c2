// Writes the generated parts of the documentation: npm run docs
import { writeFileSync } from 'node:fs'
import { generatedPages } from './docs/parts.ts'

for (const { file, found, expected } of generatedPages()) {
  if (found === expected) continue
  writeFileSync(file, expected)
  console.log(`written: ${file}`)
}
